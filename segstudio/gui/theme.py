"""The window's look: two sets of colours, one style sheet, one 8 px grid.

Widgets that paint themselves ask `colors_for(widget.palette())`; the style sheet is
resources/style/segstudio.qss with @names replaced by the values below.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from segstudio.core.resources import resources_folder
from segstudio.gui.settings import Settings

ThemeName = Literal["system", "light", "dark"]
THEMES: tuple[ThemeName, ...] = get_args(ThemeName)
GRID = 8


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours of one theme as #rrggbb: surfaces from back to front, text, accent, states."""

    window: str
    rail: str
    card: str
    raised: str
    field: str
    canvas: str
    border: str
    border_strong: str
    text: str
    text_soft: str
    text_faint: str
    accent: str
    accent_hover: str
    accent_press: str
    accent_soft: str
    accent_text: str
    on_accent: str
    good: str
    warning: str
    error: str
    good_soft: str
    warning_soft: str
    error_soft: str


DARK = Colors(
    window="#1a1b1e",
    rail="#141517",
    card="#222428",
    raised="#2c2f34",
    field="#191a1d",
    canvas="#101113",
    border="#32353b",
    border_strong="#4a4e57",
    text="#eceef1",
    text_soft="#b1b6bf",
    text_faint="#8d939e",
    accent="#2f6fe4",
    accent_hover="#3d7df0",
    accent_press="#2560cc",
    accent_soft="#22324f",
    accent_text="#85b0ff",
    on_accent="#ffffff",
    good="#58c48d",
    warning="#e5b04e",
    error="#f2777a",
    good_soft="#1f3a2d",
    warning_soft="#3d3221",
    error_soft="#432629",
)
LIGHT = Colors(
    window="#f4f5f7",
    rail="#e9ebef",
    card="#ffffff",
    raised="#f0f1f4",
    field="#ffffff",
    canvas="#dfe1e5",
    border="#d9dce2",
    border_strong="#aab0bb",
    text="#1b1e24",
    text_soft="#4d5460",
    text_faint="#606774",
    accent="#1f62d8",
    accent_hover="#2d70e6",
    accent_press="#184fb1",
    accent_soft="#dfe9fc",
    accent_text="#1a56c0",
    on_accent="#ffffff",
    good="#187445",
    warning="#8a5a00",
    error="#b3282d",
    good_soft="#dcf2e6",
    warning_soft="#fbeed3",
    error_soft="#fbe2e2",
)


def colors_for(palette: QPalette) -> Colors:
    """Return the colours of the theme that a widget's palette belongs to."""
    # Style sheet rules overwrite Window and the text roles of a widget's palette, but never Mid.
    return DARK if palette.color(QPalette.ColorRole.Mid).lightness() < 128 else LIGHT


class Theme(QObject):
    """Applies the chosen theme to the application and follows the system where asked to."""

    changed = Signal()

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        stored = settings.text("theme", "system")
        self._name: ThemeName = next((n for n in THEMES if n == stored), "system")
        app.setStyle("Fusion")
        _use_readable_font(app)
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._apply()

    @property
    def name(self) -> ThemeName:
        """The choice: system, light or dark."""
        return self._name

    @property
    def colors(self) -> Colors:
        """The colours in use."""
        if self._name != "system":
            return DARK if self._name == "dark" else LIGHT
        scheme = self._app.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK

    def choose(self, name: ThemeName) -> None:
        """Use and remember a theme."""
        if name != self._name:
            self._name = name
            self._settings.set_text("theme", name)
            self._apply()

    def _follow_system(self) -> None:
        if self._name == "system":
            self._apply()

    def _apply(self) -> None:
        colors = self.colors
        sheet = style_sheet(colors, QFontInfo(self._app.font()).pixelSize())
        # Setting a style sheet polishes every widget there is, also when it is the same one.
        if sheet != self._app.styleSheet():
            self._app.setPalette(qt_palette(colors))
            self._app.setStyleSheet(sheet)
            self.changed.emit()


def qt_palette(colors: Colors) -> QPalette:
    """Return the Qt palette of a theme."""
    role = QPalette.ColorRole
    palette = QPalette()
    for which, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.field),
        (role.AlternateBase, colors.raised),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.Text, colors.text),
        (role.PlaceholderText, colors.text_faint),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.error),
        (role.Link, colors.accent_text),
        (role.LinkVisited, colors.accent_text),
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent),
        (role.Accent, colors.accent),
        (role.Mid, colors.border),
        (role.Dark, colors.border),
        (role.Light, colors.raised),
    ):
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colors.text_faint))
    return palette


def style_sheet(colors: Colors, font_px: int) -> str:
    """Return the style sheet with colours, font sizes and icon paths filled in."""
    names: dict[str, str] = dict(asdict(colors))
    for name, factor in (("title", 1.75), ("heading", 1.2), ("small", 0.92)):
        names[f"font_{name}"] = f"{round(font_px * factor)}px"
    dark = colors is DARK
    names["icons"] = (resources_folder() / "style" / ("dark" if dark else "light")).as_posix()
    template = (resources_folder() / "style" / "segstudio.qss").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda found: names[found[1]], template)


def _use_readable_font(app: QApplication) -> None:
    """Take a friendlier face where a bare Linux offers only DejaVu, and a slightly larger size."""
    font = app.font()
    if QFontInfo(font).family().startswith("DejaVu"):
        known = set(QFontDatabase.families())
        better = next((f for f in ("Inter", "Noto Sans", "Open Sans") if f in known), None)
        if better is not None:
            font.setFamily(better)
    if QFontInfo(font).pixelSize() < 13:
        font.setPixelSize(13)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    app.setFont(font)
