"""The report page: what it says, and that it needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.edges import EdgeCounts, PhotoCounts
from segstudio.core.label_image import write_label
from segstudio.core.palette import Palette
from segstudio.review.report import ReportContent, ReportedPhoto, render, verdict
from segstudio.review.report_scores import class_table
from segstudio.review.scores import Scores


def reported(folder: Path, palette: Palette, name: str, miou: float | None) -> ReportedPhoto:
    photo = folder / f"{name}.png"
    Image.fromarray(np.full((30, 40, 3), 120, np.uint8)).save(photo)
    label = folder / f"{name}-label.png"
    write_label(label, np.ones((30, 40), np.uint8), palette)
    return ReportedPhoto(f"{name}.png", miou, photo, label, label)


def page(
    tmp_path: Path,
    palette: Palette,
    mious: list[float | None],
    miou: float | None = 0.75,
    *,
    split: str = "val",
    lost: str = "",
) -> str:
    photos = [reported(tmp_path, palette, f"p{i}", value) for i, value in enumerate(mious)]
    if lost:
        (tmp_path / lost).unlink()
    row = {"iou": 0.75, "dice": 0.86, "precision": 0.9, "recall": 0.8}
    absent = dict.fromkeys(row)
    return render(
        ReportContent(
            project="Alps <2026>",
            run="run-1",
            palette=palette,
            scores={
                "split": split,
                "miou": miou,
                "pixel_accuracy": 0.912,
                "classes": {"sky": row, "ground": absent},
                "photos": [{"photo": p.name, "miou": p.miou} for p in photos],
            },
            settings={"epochs": 3, "photos": {"train": []}},
            history=[{"epoch": 1, "val_miou": 0.5}, {"epoch": 2, "val_miou": 0.75}],
            photos=photos,
        )
    )


def test_it_opens_offline_without_any_script(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [0.5, 0.9])
    assert "<script" not in text
    sources = re.findall(r"(?:src|href)=[\'\"]([^\'\"]*)", text)
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)


def test_names_cannot_break_the_page(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [0.5])
    assert "Alps &lt;2026&gt;" in text
    assert "Alps <2026>" not in text


def test_numbers_and_caution_are_told(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [0.5, 0.9])
    assert "<p class=score>0.75</p>" in text
    assert "91 %" in text
    assert "only 2 photos" in text
    assert "came after epoch 2" in text
    assert "Nothing is known of: ground" in text


def test_no_number_reads_as_a_dash(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [None], miou=None)
    assert "<p class=score>–</p>" in text
    assert "no photos were kept aside" in text


def test_a_photo_is_pictured_once_worst_first(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [0.9, 0.2, 0.5, 0.7])
    headings = re.findall(r"<h3>(p\d)", text)
    assert headings == ["p1", "p2", "p3", "p0"]


def full_page(tmp_path: Path, palette: Palette) -> str:
    photo = reported(tmp_path, palette, "p0", 0.7)
    matrix = ConfusionMatrix(np.array([[50, 0, 0], [20, 80, 0], [0, 0, 850]], np.int64))
    edges = EdgeCounts(np.array([4, 5, 9]), np.array([10, 10, 10]), 20, 15)
    counts = tuple(PhotoCounts(f"p{n}", matrix, edges) for n in range(3))
    scores = Scores("run-1", "val", ("background", "sky", "ground"), 0, counts).as_json()
    scores["photos"] = [{"photo": photo.name, "miou": 0.7}]
    scores["warnings"] = ["ground <is> lost."]
    history = [
        {"epoch": n, "val_miou": 0.5, "val_miou_low": 0.4, "val_miou_high": 0.6} for n in (1, 2)
    ]
    return render(ReportContent("Alps", "run-1", palette, scores, {}, history, [photo]))


def test_all_scores_are_in_the_page(tmp_path: Path, palette: Palette) -> None:
    text = full_page(tmp_path, palette)
    assert "<li>ground &lt;is&gt; lost.</li>" in text
    assert "Background counts as a class; without it 0.90." in text
    assert "Along edges the overlap is 0.60; 75% of the errors are there." in text
    assert "<td class=wrong style='--share:34%'>20 %</td>" in text
    assert "<td class=right style='--share:67%'>80 %</td>" in text
    assert "<td>3 of 3</td><td>0</td><td>0</td>" in text
    chart = text[text.index("<svg class=chart") :]
    names = re.findall(r"class=name>(\w+)<", chart)
    assert names == ["ground", "sky", "background"]
    assert "<polygon points='30.0,94.0 590.0,94.0 590.0,66.0 30.0,66.0'/>" in text
    assert "<script" not in text


def test_photos_that_were_learned_from_are_not_called_unseen(
    tmp_path: Path, palette: Palette
) -> None:
    unseen, learned = "the training never saw", "the training learned from, which says little"
    text = page(tmp_path, palette, [0.5])
    assert (unseen in text, learned in text) == (True, False)
    text = page(tmp_path, palette, [0.5], split="train")
    assert (unseen in text, learned in text) == (False, True)


def test_a_photo_that_cannot_be_read_costs_its_picture_only(
    tmp_path: Path, palette: Palette
) -> None:
    text = page(tmp_path, palette, [0.5, 0.9], lost="p0.png")
    assert "It cannot be shown" in text
    assert text.count("<img") == 2


def test_classes_that_were_not_found_come_before_those_that_are_on_no_photo(
    palette: Palette,
) -> None:
    ious = {"nowhere": None, "lost": 0.0, "fair": 0.5, "good": 0.9}
    text = class_table({name: {"iou": iou} for name, iou in ious.items()}, palette)
    assert re.findall("nowhere|lost|fair|good", text) == ["good", "fair", "lost", "nowhere"]


@pytest.mark.parametrize(
    ("miou", "word"), [(0.9, "Very good"), (0.75, "Good"), (0.55, "A start"), (0.2, "Not usable")]
)
def test_the_verdict_follows_the_score(miou: float, word: str) -> None:
    assert verdict(miou).startswith(word)
