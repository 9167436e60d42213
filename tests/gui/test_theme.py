from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication

from segstudio.core.resources import resources_folder
from segstudio.gui.actions import ACTIONS
from segstudio.gui.icons import icon
from segstudio.gui.pages import PAGES
from segstudio.gui.settings import Settings
from segstudio.gui.theme import DARK, LIGHT, Colors, Theme, colors_for, qt_palette, style_sheet


def luminance(color: str) -> float:
    parts = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
             for channel in QColor(color).getRgbF()[:3]]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read_on_every_surface(colors: Colors) -> None:
    for surface in (colors.window, colors.rail, colors.card, colors.field):
        for ink in (colors.text, colors.text_soft, colors.text_faint, colors.accent_text):
            assert contrast(ink, surface) >= 4.5, (ink, surface)
        for state in (colors.good, colors.warning, colors.error):
            assert contrast(state, surface) >= 4.5, (state, surface)
    assert contrast(colors.on_accent, colors.accent) >= 4.5
    assert contrast(colors.text, colors.accent_soft) >= 4.5
    # The focus ring.
    assert contrast(colors.accent_text, colors.card) >= 3


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_style_sheet_is_filled_in_and_names_files_that_are_there(colors: Colors) -> None:
    sheet = style_sheet(colors, 13)
    assert "@" not in sheet
    for part in sheet.split("url(")[1:]:
        assert Path(part.split(")")[0]).is_file()
    assert colors.accent in sheet


def test_a_widget_knows_its_theme_from_its_palette() -> None:
    assert colors_for(qt_palette(DARK)) is DARK
    assert colors_for(qt_palette(LIGHT)) is LIGHT


def test_the_choice_is_applied_and_remembered(qapp: QApplication, settings: Settings) -> None:
    theme = Theme(qapp, settings)
    assert theme.name == "system"
    theme.choose("light")
    assert colors_for(qapp.palette()) is LIGHT
    theme.choose("dark")
    assert colors_for(qapp.palette()) is DARK
    assert Theme(qapp, settings).name == "dark"


def test_nonsense_in_the_settings_is_no_obstacle(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    path.write_bytes(b"\x00\xff[General\ntheme=@Invalid(\nrecent=@Variant(\\0)\ngeometry=7")
    settings = Settings(path)
    assert Theme(qapp, settings).name == "system"
    assert settings.recent() == ()
    assert settings.blob("geometry").isEmpty()


def test_every_icon_is_a_line_drawing_in_the_themes_ink(qapp: QApplication) -> None:
    for path in sorted((resources_folder() / "icons").glob("*.svg")):
        source = path.read_text(encoding="utf-8")
        assert 'stroke="currentColor"' in source, path.name
        assert 'viewBox="0 0 24 24"' in source, path.name
    wanted = {spec.icon for spec in ACTIONS if spec.icon} | {entry.icon for entry in PAGES}
    for name in wanted:
        assert not icon(name).pixmap(QSize(24, 24)).isNull()


def test_icons_follow_the_theme(qapp: QApplication, settings: Settings) -> None:
    theme = Theme(qapp, settings)

    def ink(mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
        picture = icon("add").pixmap(QSize(48, 48), mode).toImage()
        return {
            picture.pixelColor(x, y).name()
            for x in range(48)
            for y in range(48)
            if picture.pixelColor(x, y).alpha() == 255
        }

    for name, colors in (("dark", DARK), ("light", LIGHT)):
        theme.choose(name)
        assert asdict(colors)["text_soft"] in ink()
        assert colors.text_faint in ink(QIcon.Mode.Disabled)
