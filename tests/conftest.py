"""What all tests share: no display, no network, real data where it is, tiny projects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
import pytest
from hypothesis import settings

from segstudio.core.annotation import Annotation, Polygon, Shape
from segstudio.core.events import Event
from segstudio.core.files import fingerprint
from segstudio.core.label_image import write_label
from segstudio.core.palette import Palette, PaletteClass
from segstudio.core.rasterize import rasterize
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

# How long one example takes says how busy the computer is, not whether the code is right.
settings.register_profile("segstudio", deadline=None)
settings.load_profile("segstudio")

TINY_SIZE = (96, 64)


class Recorder:
    """A reporter that keeps every event; `stop_after` asks to stop once so many came."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.events: list[Event] = []
        self._stop_after = stop_after

    @property
    def stop_requested(self) -> bool:
        return self._stop_after is not None and len(self.events) >= self._stop_after

    def __call__(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def report() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real photos and exports; tests that want it are skipped where it is not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SEGSTUDIO_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"real data is not here: {folder} (set SEGSTUDIO_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def palette() -> Palette:
    return Palette(
        classes=(
            PaletteClass(id=0, name="background", color="#000000"),
            PaletteClass(id=1, name="sky", color="#56b4e9", paint_order=0),
            PaletteClass(id=2, name="ground", color="#009e73", paint_order=1),
        )
    )


@pytest.fixture
def tiny_project(tmp_path: Path, palette: Palette) -> Iterator[Project]:
    """Six 96x64 photos, blue sky over green ground with a dark border strip, labels burnt."""
    with make_tiny_project(tmp_path / "tiny", palette, photos=6) as project:
        yield project


def make_tiny_project(root: Path, palette: Palette, photos: int) -> Project:
    """Return an open project of `photos` photos whose classes can be told apart by colour."""
    project = Project.create(root, palette)
    width, height = TINY_SIZE
    rng = np.random.default_rng(7)
    rows = []
    for number in range(photos):
        horizon = int(rng.integers(20, 44))
        pixels = np.empty((height, width, 3), np.uint8)
        pixels[:horizon], pixels[horizon:] = (90, 160, 230), (60, 140, 50)
        pixels[:, :8] = 20
        noise = rng.integers(-12, 13, pixels.shape)
        path = root / "photos" / f"{number:03d}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.clip(pixels + noise, 0, 255).astype(np.uint8)[..., ::-1])
        annotation = Annotation(
            photo=path.name,
            width=width,
            height=height,
            shapes=(
                Shape("ground", Polygon(((8, horizon), (96, horizon), (96, 64), (8, 64)))),
                Shape("sky", Polygon(((8, 0), (96, 0), (96, horizon), (8, horizon)))),
            ),
            source="tiny.xml",
        )
        entry = PhotoEntry(
            name=path.name,
            path=f"photos/{path.name}",
            width=width,
            height=height,
            annotated=True,
            digest=fingerprint(path),
        )
        rows.append((entry, annotation))
        label = rasterize(annotation, palette, TINY_SIZE).label
        write_label(project.label_path(entry), label, palette)
    project.store(rows)
    project.mark_labels(palette)
    return project
