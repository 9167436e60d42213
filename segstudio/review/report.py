"""The report "Is this good?": one HTML page that opens offline, without any script."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import read_label
from segstudio.core.overlay import blend
from segstudio.core.palette import Palette
from segstudio.core.resources import resources_folder
from segstudio.core.run_history import Epoch
from segstudio.photos.reader import read_photo
from segstudio.review.report_scores import (
    caution,
    class_table,
    confusion_table,
    curve,
    frequency_chart,
    number,
)

_PICTURE_SIDE = 520
_SHOWN_PHOTOS = 3
_FEW_PHOTOS = 20


@dataclass(frozen=True, slots=True)
class ReportedPhoto:
    """A scored photo with its label image and prediction; `miou` None where nothing was scored."""

    name: str
    miou: float | None
    photo: Path
    label: Path
    prediction: Path


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that the page tells; `scores` is the object of scores.json."""

    project: str
    run: str
    palette: Palette
    scores: Mapping[str, Any]
    settings: Mapping[str, Any]
    history: Sequence[Epoch]
    photos: Sequence[ReportedPhoto]


def verdict(miou: float | None) -> str:
    """Return what a mean IoU means, in plain words."""
    if miou is None:
        return "There is no score: no photos were kept aside to check with."
    if miou >= 0.85:
        return "Very good: the prediction follows your outlines closely."
    if miou >= 0.7:
        return "Good: most of each class is found; look at the edges and at rare classes."
    if miou >= 0.5:
        return "A start: large areas are right, the rest needs more photos or longer training."
    return "Not usable yet: label more photos, check the labels, or train longer."


def render(content: ReportContent) -> str:
    """Return the page as HTML text."""
    scores, ranked = content.scores, _ranked(content)
    worst, others = ranked[:_SHOWN_PHOTOS], ranked[_SHOWN_PHOTOS:]
    body = "".join(
        (
            f"<h1>Is this good?</h1><p class=sub>{escape(content.project)} · run "
            f"{escape(content.run)}</p>",
            _headline(scores),
            _section("Class by class", class_table(scores["classes"], content.palette)),
            _section("Rare and frequent", frequency_chart(scores["classes"], content.palette)),
            _section("What is taken for what", confusion_table(scores, content.palette)),
            _section("While it learned", curve(content.history)),
            _section("The worst photos", _pictures(worst, content)),
            _section("The best photos", _pictures(others[::-1][:_SHOWN_PHOTOS], content)),
            _section("Every photo", _photo_table(ranked)),
            _section("Settings and versions", _settings(content.settings)),
        )
    )
    style = (resources_folder() / "style" / "report.css").read_text(encoding="utf-8")
    title = escape(f"{content.project}: is this good?")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<style>{style}</style><body><main>{body}</main></body></html>\n"
    )


def _headline(scores: Mapping[str, Any]) -> str:
    """Return the score in large print with what it means, and what it does not."""
    miou, accuracy, photos = scores["miou"], scores["pixel_accuracy"], len(scores["photos"])
    few = (
        f"<p>It rests on only {_count(photos)}, so take it as rough: a few other photos could move "
        "it by several hundredths.</p>"
        if 0 < photos < _FEW_PHOTOS
        else ""
    )
    learned = "the training learned from, which says little about new photos"
    seen = learned if scores.get("split") == "train" else "the training never saw"
    return (
        f"<section class=head><p class=score>{number(miou)}</p><div>"
        f"<p><b>{verdict(miou)}</b></p>"
        f"<p>Average overlap (mean IoU) of prediction and your outlines on {_count(photos)} that "
        f"{seen}: 0 is none, 1 is perfect. {_percent(accuracy)} of all pixels are right.</p>"
        f"{few}{caution(scores)}</div></section>"
    )


def _pictures(photos: Iterable[ReportedPhoto], content: ReportContent) -> str:
    """Return outlines and prediction of some photos side by side."""
    figures = []
    for photo in photos:
        try:
            shown = f"<div class=pair>{_pair(photo, content.palette)}</div>"
        except SegStudioError as error:
            shown = f"<p class=note>It cannot be shown: {escape(error.what)}</p>"
        figures.append(f"<h3>{escape(photo.name)} · overlap {number(photo.miou)}</h3>{shown}")
    return "".join(figures)


def _pair(photo: ReportedPhoto, palette: Palette) -> str:
    """Return outlines and prediction of a photo; SegStudioError where a file cannot be read."""
    pixels = read_photo(photo.photo)
    pair = (("Your outlines", photo.label), ("Prediction", photo.prediction))
    return "".join(
        f"<figure><img src='{_embedded(_overlay(pixels, path, palette))}' alt='{words}'>"
        f"<figcaption>{words}</figcaption></figure>"
        for words, path in pair
    )


def _photo_table(photos: Sequence[ReportedPhoto]) -> str:
    """Return every photo with its score, worst first."""
    rows = "".join(
        f"<tr><td>{escape(p.name)}</td><td>{_bar(p.miou)}</td><td>{number(p.miou)}</td></tr>"
        for p in photos
    )
    return f"<table><tr><th>Photo</th><th></th><th>Overlap</th></tr>{rows}</table>"


def _settings(settings: Mapping[str, Any]) -> str:
    """Return what the run was made with."""
    simple = {k: v for k, v in settings.items() if isinstance(v, str | int | float | bool)}
    rows = "".join(
        f"<tr><td>{escape(key)}</td><td>{escape(str(value))}</td></tr>"
        for key, value in simple.items()
    )
    return f"<details><summary>Show all</summary><table>{rows}</table></details>"


def _ranked(content: ReportContent) -> list[ReportedPhoto]:
    """Return the photos that have a score, worst first."""
    scored = [photo for photo in content.photos if photo.miou is not None]
    return sorted(scored, key=lambda photo: (photo.miou, photo.name))


def _overlay(pixels: npt.NDArray[np.uint8], label: Path, palette: Palette) -> npt.NDArray[np.uint8]:
    """Return the overlay of a label image at the size of the page."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _PICTURE_SIDE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    ids = cv2.resize(read_label(label), size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return blend(small, ids, palette, opacity=0.55)


def _embedded(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture as a data URI, so that the page needs no other file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if body else ""


def _bar(value: float | None) -> str:
    return "" if value is None else f"<div class=bar><b style='width:{value * 100:.0f}%'></b></div>"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f} %"


def _count(photos: int) -> str:
    return "1 photo" if photos == 1 else f"{photos} photos"
