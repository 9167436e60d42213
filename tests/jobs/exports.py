"""Small exports made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (16, 12)


def photo(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """Write a photo of one grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size[1], size[0], 3), 120, np.uint8)).save(path)
    return path


def labelme(path: Path, filename: str, label: str = "car", size: tuple[int, int] = SIZE) -> Path:
    """Write LabelMe XML with one square from (2, 2) to (8, 6)."""
    corners = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((2, 2), (8, 2), (8, 6), (2, 6)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<annotation><filename>{filename}</filename><imagesize><nrows>{size[1]}</nrows>"
        f"<ncols>{size[0]}</ncols></imagesize>\n<object><name>{label}</name><deleted>0</deleted>"
        f"<polygon>{corners}</polygon></object></annotation>"
    )
    return path


def cvat(path: Path, *names: str, labels: tuple[str, ...] = ("car",), used: str = "car") -> Path:
    """Write CVAT XML with one box from (2, 2) to (8, 6) on every photo."""
    listed = "".join(f"<label><name>{label}</name></label>" for label in labels)
    box = f'<box label="{used}" xtl="2" ytl="2" xbr="8" ybr="6"/>'
    images = "\n".join(
        f'<image name="{name}" width="{SIZE[0]}" height="{SIZE[1]}">{box}</image>' for name in names
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<annotations><meta><task><labels>{listed}</labels></task></meta>\n{images}</annotations>"
    )
    return path
