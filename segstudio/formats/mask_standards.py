"""Class lists of well-known data sets, for masks that come without one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.class_lines import Color
from segstudio.core.palette import IGNORE
from segstudio.formats.labelmap import Entry, Legend

_VOC = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair"),
    *("cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
# The border between objects.
_VOC_BORDER = Entry(IGNORE_LABEL, (224, 224, 192), IGNORE)

# id, id for training (255: not trained), name, colour.
_CITYSCAPES: tuple[tuple[int, int, str, Color], ...] = (
    (0, 255, "unlabeled", (0, 0, 0)),
    (1, 255, "ego vehicle", (0, 0, 0)),
    (2, 255, "rectification border", (0, 0, 0)),
    (3, 255, "out of roi", (0, 0, 0)),
    (4, 255, "static", (0, 0, 0)),
    (5, 255, "dynamic", (111, 74, 0)),
    (6, 255, "ground", (81, 0, 81)),
    (7, 0, "road", (128, 64, 128)),
    (8, 1, "sidewalk", (244, 35, 232)),
    (9, 255, "parking", (250, 170, 160)),
    (10, 255, "rail track", (230, 150, 140)),
    (11, 2, "building", (70, 70, 70)),
    (12, 3, "wall", (102, 102, 156)),
    (13, 4, "fence", (190, 153, 153)),
    (14, 255, "guard rail", (180, 165, 180)),
    (15, 255, "bridge", (150, 100, 100)),
    (16, 255, "tunnel", (150, 120, 90)),
    (17, 5, "pole", (153, 153, 153)),
    (18, 255, "polegroup", (153, 153, 153)),
    (19, 6, "traffic light", (250, 170, 30)),
    (20, 7, "traffic sign", (220, 220, 0)),
    (21, 8, "vegetation", (107, 142, 35)),
    (22, 9, "terrain", (152, 251, 152)),
    (23, 10, "sky", (70, 130, 180)),
    (24, 11, "person", (220, 20, 60)),
    (25, 12, "rider", (255, 0, 0)),
    (26, 13, "car", (0, 0, 142)),
    (27, 14, "truck", (0, 0, 70)),
    (28, 15, "bus", (0, 60, 100)),
    (29, 255, "caravan", (0, 0, 90)),
    (30, 255, "trailer", (0, 0, 110)),
    (31, 16, "train", (0, 80, 100)),
    (32, 17, "motorcycle", (0, 0, 230)),
    (33, 18, "bicycle", (119, 11, 32)),
)


def _voc_colormap(count: int) -> npt.NDArray[np.uint8]:
    """Return Pascal VOC's colours, uint8 (count, 3): bits of the index spread over the channels."""
    colors = np.zeros((count, 3), np.uint8)
    for index in range(count):
        rest = index
        for place in range(7, -1, -1):
            for channel in range(3):
                colors[index, channel] |= ((rest >> channel) & 1) << place
            rest >>= 3
    return colors


def _as_color(row: npt.NDArray[np.uint8]) -> Color:
    return int(row[0]), int(row[1]), int(row[2])


VOC = Legend(
    "Pascal VOC's class list",
    (
        *(
            Entry(name, _as_color(color), value)
            for value, (name, color) in enumerate(zip(_VOC, _voc_colormap(len(_VOC)), strict=True))
        ),
        _VOC_BORDER,
    ),
    numbered=True,
    standard=True,
)

# Of classes that share a colour the first counts.
CITYSCAPES_IDS = Legend(
    "Cityscapes' class list",
    tuple(Entry(name, color, value) for value, _, name, color in _CITYSCAPES),
    numbered=True,
    standard=True,
)
CITYSCAPES_TRAIN_IDS = Legend(
    "Cityscapes' list of training classes",
    tuple(
        Entry(name, color, train)
        for _, train, name, color in sorted(_CITYSCAPES, key=lambda row: row[1])
        if train != 255
    ),
    numbered=True,
    standard=True,
)
