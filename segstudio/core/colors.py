"""Class colours: reading them and the default set."""

from __future__ import annotations

# Okabe and Ito's set (Color Universal Design, 2008) first, black left to background; the rest are
# steps of lightness between them, so that neighbours differ without relying on hue alone.
DEFAULT_COLORS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
    "#999933", "#882255", "#44aa99", "#ddddaa", "#332288",
)  # fmt: skip


def parse_color(text: str) -> tuple[int, int, int]:
    """Return (red, green, blue), each 0-255, of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
