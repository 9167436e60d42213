"""The curves of a run, drawn for the report and as a picture to keep."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstudio.core.palette import Palette
from segstudio.review.curves_picture import curves_png
from segstudio.review.report_scores import curve


def epochs(*scores: float | None, **more: Any) -> list[dict[str, Any]]:
    return [{"epoch": n, "val_miou": score, **more} for n, score in enumerate(scores, 1)]


def points_of(svg: str, shape: str) -> list[tuple[float, float]]:
    found = re.search(rf"<{shape} points='([^']*)'", svg)
    assert found
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in found[1].split())]


@pytest.mark.parametrize("count", [2, 3, 40])
def test_the_curve_lies_over_the_epochs_that_its_axis_names(count: int) -> None:
    svg = curve(epochs(*(n / count for n in range(count))))
    axis = re.findall(r"<text x=(\d+) y=167[^>]*>epoch (\d+)<", svg)
    assert axis == [("30", "1"), ("590", str(count))]
    points = points_of(svg, "polyline")
    assert [x for x, _ in points] == pytest.approx(np.linspace(30, 590, count), abs=0.1)
    assert [y for _, y in points] == pytest.approx(
        [150 - 140 * n / count for n in range(count)], abs=0.1
    )


def test_an_interval_of_which_one_end_is_missing_is_none() -> None:
    history = epochs(0.2, 0.3, 0.4, val_miou_low=0.1, val_miou_high=0.5)
    del history[1]["val_miou_high"]
    ends = points_of(curve(history), "polygon")
    assert ends == [(30, 136), (590, 136), (590, 80), (30, 80)]


def test_a_higher_score_of_other_photos_or_outlines_is_explained() -> None:
    history = [*epochs(0.2, 0.9, val_set="a"), {"epoch": 3, "val_miou": 0.3, "val_set": "b"}]
    told = curve(history)
    assert "The best, 0.300, came after epoch 3" in told
    assert "Higher scores before it are of other photos or outlines." in told
    assert "Higher scores" not in curve(epochs(0.2, 0.9, 0.3))


@pytest.mark.parametrize("history", [[], epochs(0.5), epochs(None, None), epochs(0.5) * 2])
def test_less_than_two_scored_epochs_make_no_curve(history: list[dict[str, Any]]) -> None:
    assert "Too few epochs" in curve(history)


@pytest.mark.parametrize("classes", [0, 1, 60])
def test_every_class_is_named_below_the_picture(palette: Palette, classes: int) -> None:
    iou = {f"a class of number {n}": 0.5 for n in range(classes)}
    data = curves_png("run", epochs(0.5, 0.6, iou=iou), palette)
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert picture.shape[1] == 1600
    # Classes that the palette does not know are grey; so is the middle of the square at a name.
    grey = (np.abs(picture[660:, 870:] - 0x88).sum(axis=2) == 0).astype(np.uint8)
    assert len(squares(grey)) == classes
    assert (picture[-8:] == 255).all()


def squares(mask: np.ndarray[Any, Any]) -> list[int]:
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    return [area for area in stats[1:, cv2.CC_STAT_AREA] if area > 60]
