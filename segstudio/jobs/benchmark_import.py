"""Measures an import beside the plain way of doing the same on the same files, in one run."""

from __future__ import annotations

import io
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from lxml import etree
from PIL import Image
from pycocotools import mask as coco

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, Quiet, Reporter
from segstudio.core.label_image import LABELS, read_label
from segstudio.core.palette import Palette
from segstudio.jobs import convert

COUNTS = (100, 1_000, 10_000)
SIZE = (1280, 960)
SHAPES, POINTS = 5, 40
_CLASSES = ("sky", "tree", "house", "person")
# Small sets are measured this often, taking turns, and the median counts.
_REPEATS = {100: 5, 1_000: 3}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """Photos per second of both ways for a set of `annotations` photos; the peak is this one's."""

    annotations: int
    photos_per_second: float
    plain_photos_per_second: float
    ratio: float
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """All rows, and what was measured."""

    rows: tuple[ImportRow, ...]
    size: tuple[int, int] = SIZE
    shapes_per_photo: int = SHAPES
    points_per_shape: int = POINTS

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the figures as a table, ratios first."""
        lines = [
            f"Photos of {SIZE[0]} x {SIZE[1]} pixels with {SHAPES} polygons of {POINTS} points; "
            "the plain way is one thread, lxml and pycocotools, shape by shape.",
            "photos   times as fast   SegStudio        plain way       peak memory",
        ]
        lines += [
            f"{row.annotations:>6,}   {row.ratio:>13.1f}   {row.photos_per_second:>7.0f} a second"
            f"   {row.plain_photos_per_second:>6.0f} a second   "
            + (f"{row.peak_mb:,.0f} MB" if row.peak_mb is not None else "not known here")
            for row in self.rows
        ]
        return "\n".join(lines)


def run(report: Reporter, counts: tuple[int, ...] = COUNTS) -> ImportFigures:
    """Measure sets of the given numbers of photos; SegStudioError where the two ways differ."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="segstudio-benchmark-") as folder:
        # What only the first import in a process does is not what is measured.
        _measure(Path(folder) / "warm", 8, Quiet(report))
        for done, count in enumerate(counts):
            if report.stop_requested:
                break
            report(Progress("Measuring imports", done, len(counts), f"{count:,} photos"))
            rows.append(_measure(Path(folder) / str(count), count, Quiet(report)))
    return ImportFigures(tuple(rows))


def _measure(home: Path, count: int, report: Reporter) -> ImportRow:
    """Make a set and convert it both ways, taking turns."""
    source = _make_set(home, count)
    ours: list[float] = []
    plain: list[float] = []
    peak: float | None = None
    for turn in range(_REPEATS.get(count, 1)):
        request = convert.ConvertRequest(sources=(source,), out=home / f"ours{turn}")
        ours.append(_seconds(partial(convert.run, request, report)))
        peak = peak if turn else _peak_mb()
        plain.append(_seconds(partial(plain_convert, source, home / f"plain{turn}")))
    _compare(home / "ours0" / LABELS, home / "plain0")
    fast, slow = count / median(ours), count / median(plain)
    return ImportRow(count, fast, slow, fast / slow, peak)


def plain_convert(source: Path, out: Path) -> None:
    """Convert CVAT for images the plain way: one thread, the whole tree, whole-photo masks."""
    root = etree.parse(str(source)).getroot()
    palette = Palette.from_labels([(name, None) for name in _CLASSES])
    ids = {entry.name: entry.id for entry in palette.classes}
    out.mkdir()
    for image in root.iterfind("image"):
        name = str(image.get("name"))
        with Image.open(source.parent / "images" / name) as photo:
            width, height = photo.size
        label = np.zeros((height, width), np.uint8)
        for shape in image.iterfind("polygon"):
            points = str(shape.get("points")).replace(";", ",").split(",")
            outline = [float(number) for number in points]
            mask = coco.decode(coco.frPyObjects([outline], height, width))[..., 0]
            label[mask > 0] = ids[str(shape.get("label"))]
        picture = Image.fromarray(label, mode="L")
        picture.putpalette(palette.colors().tobytes())
        picture.save(out / f"{Path(name).stem}.png")


def _make_set(home: Path, count: int) -> Path:
    """Write photos and one CVAT for images XML about them, the same on every computer."""
    images = home / "images"
    images.mkdir(parents=True)
    draw = random.Random(count)
    stream = io.BytesIO()
    Image.new("RGB", SIZE, "#7090b0").save(stream, format="JPEG")
    labels = "".join(f"<label><name>{name}</name></label>" for name in _CLASSES)
    lines = [f"<annotations><meta><task><labels>{labels}</labels></task></meta>"]
    for number in range(count):
        name = f"{number:06d}.jpg"
        (images / name).write_bytes(stream.getvalue())
        lines.append(f'<image id="{number}" name="{name}" width="{SIZE[0]}" height="{SIZE[1]}">')
        lines += [_polygon(draw, _CLASSES[k % len(_CLASSES)]) for k in range(SHAPES)]
        lines.append("</image>")
    source = home / "annotations.xml"
    source.write_text("\n".join((*lines, "</annotations>")), encoding="utf-8")
    return source


def _polygon(draw: random.Random, label: str) -> str:
    """Return a ragged outline somewhere on the photo."""
    x, y, radius = draw.uniform(0, SIZE[0]), draw.uniform(0, SIZE[1]), draw.uniform(40, 300)
    points = []
    for k in range(POINTS):
        angle, reach = 2 * math.pi * k / POINTS, radius * draw.uniform(0.7, 1)
        points.append(f"{x + reach * math.cos(angle):.2f},{y + reach * math.sin(angle):.2f}")
    return f'<polygon label="{label}" z_order="0" points="{";".join(points)}"/>'


def _compare(ours: Path, plain: Path) -> None:
    """Make sure that both ways did the same work."""
    for path in sorted(plain.iterdir()):
        if not np.array_equal(read_label(path), read_label(ours / path.name)):
            raise SegStudioError(
                f"The two ways disagree about {path.stem}.",
                meaning="The measurement would compare different things.",
                remedy="Please report this.",
            )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak_mb() -> float | None:
    """Return the most memory that this process has held, in MB, None where nothing tells it."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
