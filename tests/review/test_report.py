"""The report page: what it says, and that it needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_image import write_label
from segstudio.core.palette import Palette
from segstudio.review.report import ReportContent, ReportedPhoto, render, verdict


def reported(folder: Path, palette: Palette, name: str, miou: float | None) -> ReportedPhoto:
    photo = folder / f"{name}.png"
    Image.fromarray(np.full((30, 40, 3), 120, np.uint8)).save(photo)
    label = folder / f"{name}-label.png"
    write_label(label, np.ones((30, 40), np.uint8), palette)
    return ReportedPhoto(f"{name}.png", miou, photo, label, label)


def page(
    tmp_path: Path, palette: Palette, mious: list[float | None], miou: float | None = 0.75
) -> str:
    photos = [reported(tmp_path, palette, f"p{i}", value) for i, value in enumerate(mious)]
    row = {"iou": 0.75, "dice": 0.86, "precision": 0.9, "recall": 0.8}
    absent = dict.fromkeys(row)
    return render(
        ReportContent(
            project="Alps <2026>",
            run="run-1",
            palette=palette,
            scores={
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
    assert "It says nothing about ground" in text


def test_no_number_reads_as_a_dash(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [None], miou=None)
    assert "<p class=score>–</p>" in text
    assert "no photos were kept aside" in text


def test_a_photo_is_pictured_once_worst_first(tmp_path: Path, palette: Palette) -> None:
    text = page(tmp_path, palette, [0.9, 0.2, 0.5, 0.7])
    headings = re.findall(r"<h3>(p\d)", text)
    assert headings == ["p1", "p2", "p3", "p0"]


@pytest.mark.parametrize(
    ("miou", "word"), [(0.9, "Very good"), (0.75, "Good"), (0.55, "A start"), (0.2, "Not usable")]
)
def test_the_verdict_follows_the_score(miou: float, word: str) -> None:
    assert verdict(miou).startswith(word)
