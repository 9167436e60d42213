"""Colours of curves that can be told apart and read on a light and on a dark ground."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

_TRAIN = ("#0072b2", "#56b4e9")
_CHECK = ("#d55e00", "#e69f00")
_MIN_CONTRAST = 2.4


def is_dark(palette: QPalette) -> bool:
    """Say whether the ground of a widget is dark."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def train_color(palette: QPalette) -> QColor:
    """Return the colour of everything measured on training photos."""
    return QColor(_TRAIN[is_dark(palette)])


def check_color(palette: QPalette) -> QColor:
    """Return the colour of everything measured on photos kept aside."""
    return QColor(_CHECK[is_dark(palette)])


def readable(color: QColor, ground: QColor) -> QColor:
    """Return `color`, made lighter or darker until it stands out from `ground`."""
    hue, saturation = max(color.hslHue(), 0), color.hslSaturation()
    steps = range(color.lightness(), 256, 8)
    if ground.lightness() >= 128:
        steps = range(color.lightness(), -1, -8)
    result = color
    for lightness in steps:
        if contrast(result, ground) >= _MIN_CONTRAST:
            break
        result = QColor.fromHsl(hue, saturation if color.hslHue() >= 0 else 0, lightness)
    return result


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
