"""Render the sample dataset: photos, annotations and palette, the same for the same seed.

Run it with `python sample_dataset/generate.py [FOLDER] [--seed N]`.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import numpy as np
from exports import CLASSES, write_cvat, write_labelme
from outlines import Shape, outline
from PIL import Image
from scenes import LABELLED, UNLABELLED, Photo, render

SEED = 7
JPEG_QUALITY = 87
CVAT_EVERY = 4
LOG = logging.getLogger("sample_dataset")


def main() -> None:
    """Read the command line and write the dataset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    generate(arguments.folder, arguments.seed)


def generate(folder: Path, seed: int) -> None:
    """Write photos, annotations and palette into `folder`."""
    for name in ("photos", "labelme", "cvat", "unlabelled"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    in_cvat: dict[str, list[Shape]] = {}
    for index, scene in enumerate(LABELLED):
        stem = f"balloon-{index + 1:02}"
        photo = render(scene, np.random.default_rng([seed, index]))
        _save(folder / "photos" / f"{stem}.jpg", photo)
        hand = np.random.default_rng([seed, index, 1])
        if index % CVAT_EVERY == 1:
            # The file is in the order a person worked in, sky last: only the palette's paint
            # order puts the balloons on top.
            in_cvat[f"{stem}.jpg"] = outline(photo, hand, boxes=True)[::-1]
        else:
            shapes = outline(photo, hand)
            write_labelme(folder / "labelme" / f"{stem}.xml", f"{stem}.jpg", shapes)
    write_cvat(folder / "cvat" / "annotations.xml", in_cvat)
    for index, scene in enumerate(UNLABELLED):
        photo = render(scene, np.random.default_rng([seed, 1000 + index]))
        _save(folder / "unlabelled" / f"new-{index + 1:02}.jpg", photo)
    _write_palette(folder / "palette.json")


def _save(path: Path, photo: Photo) -> None:
    """Write a photo as JPEG."""
    Image.fromarray(photo.pixels).save(path, quality=JPEG_QUALITY, subsampling=2, optimize=True)
    LOG.info("%s", path.name)


def _write_palette(path: Path) -> None:
    """Write the palette; what nobody outlined is neither trained nor scored."""
    background = {"id": 0, "name": "background", "color": "#000000", "map_to": 255}
    classes = [
        {"id": number + 1, "name": name, "color": colour, "paint_order": number}
        for number, (name, colour) in enumerate(CLASSES)
    ]
    palette = {"schema": 1, "background": 0, "ignore": 255, "classes": [background, *classes]}
    path.write_text(json.dumps(palette, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
