"""Line icons of our own (resources/icons/*.svg, 24 px, one stroke), tinted by the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from segstudio.core.resources import resources_folder
from segstudio.gui.theme import colors_for


def icon(name: str, color: str = "text_soft") -> QIcon:
    """Return the icon of that file name in one of the theme's colours, which it then follows."""
    return QIcon(_LineIcon(name, color))


def paint_icon(painter: QPainter, name: str, rect: QRect, color: str) -> None:
    """Paint an icon into `rect` in a colour given as #rrggbb."""
    _renderer(name, color).render(painter, QRectF(rect))


def icon_pixmap(name: str, size: int, color: str, ratio: float = 1.0) -> QPixmap:
    """Return an icon of `size` logical px as a picture for labels."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _renderer(name, color).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class _LineIcon(QIconEngine):
    """Paints the SVG in the text colour of the moment, so a theme change needs no new icons."""

    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon, centred and square."""
        side = min(rect.width(), rect.height())
        square = QRect(0, 0, side, side)
        square.moveCenter(rect.center())
        paint_icon(painter, self._name, square, _ink(self._color, mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon as a transparent picture of `size` device px."""
        return icon_pixmap(self._name, min(size.width(), size.height()), _ink(self._color, mode))

    def clone(self) -> QIconEngine:
        """Return an engine for the same icon."""
        return _LineIcon(self._name, self._color)


def _ink(color: str, mode: QIcon.Mode) -> str:
    colors = colors_for(QGuiApplication.palette())
    chosen: str = getattr(colors, "text_faint" if mode == QIcon.Mode.Disabled else color)
    return chosen


@lru_cache(maxsize=512)
def _renderer(name: str, color: str) -> QSvgRenderer:
    source = (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", color).encode()))
