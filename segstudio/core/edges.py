"""How well a prediction follows the edges of your outlines: boundary IoU, and errors at edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.confusion import ConfusionMatrix, Scores, ratios
from segstudio.core.palette import IGNORE

BAND = 0.02
"""Width of the band along an edge, as a share of the photo's diagonal."""
_STRIP = 2**22
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class EdgeCounts:
    """Pixels along the edges of classes, which add up over photos.

    `hits` and `unions`, int64 (C,), are the two counts of boundary IoU; `wrong` counts all pixels
    that are wrong, `wrong_at_edges` those of them within the band along an edge of the truth.
    """

    hits: npt.NDArray[np.int64]
    unions: npt.NDArray[np.int64]
    wrong: int
    wrong_at_edges: int

    @classmethod
    def zeros(cls, classes: int) -> EdgeCounts:
        """Return the empty counts of C classes."""
        return cls(np.zeros(classes, np.int64), np.zeros(classes, np.int64), 0, 0)

    @classmethod
    def of(cls, truth: Bytes, prediction: Bytes, classes: int) -> EdgeCounts:
        """Count one photo; both arrays hold 0..C-1, pixels whose truth is 255 are left out.

        Boundary IoU (Cheng et al., 2021): of each class only the pixels within a band of 2 % of
        the diagonal along its edge are compared. As there, the distance is that of a square, the
        photo's border is an edge, and the band is at least 1 px wide. An edge towards ignored
        pixels is unknown, so it is none.
        """
        ignored = truth == IGNORE
        width = band_width(*truth.shape)
        drawn = near_edges(truth, ignored, width)
        frame = _frame(truth.shape, width)
        ours = (drawn | frame) & ~ignored
        theirs = (near_edges(prediction, ignored, width) | frame) & ~ignored
        both = ours & theirs & (truth == prediction)
        hits = _count(truth, both, classes)
        unions = _count(truth, ours, classes) + _count(prediction, theirs, classes) - hits
        wrong = (truth != prediction) & ~ignored
        return cls(hits, unions, int(wrong.sum()), int((wrong & drawn).sum()))

    def __add__(self, other: EdgeCounts) -> EdgeCounts:
        return EdgeCounts(
            self.hits + other.hits,
            self.unions + other.unions,
            self.wrong + other.wrong,
            self.wrong_at_edges + other.wrong_at_edges,
        )

    def boundary_iou(self) -> Scores:
        """Boundary IoU per class; None where the class is in neither."""
        return ratios(self.hits, self.unions)

    def mean_boundary_iou(self) -> float | None:
        """Mean of the boundary IoUs that exist; None where nothing was scored."""
        known = [value for value in self.boundary_iou() if value is not None]
        return sum(known) / len(known) if known else None

    def edge_share(self) -> float | None:
        """Share of the wrong pixels that lie along an edge of the truth; None without errors."""
        return self.wrong_at_edges / self.wrong if self.wrong else None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoCounts:
    """What one photo adds to every score."""

    photo: str
    confusion: ConfusionMatrix
    edges: EdgeCounts


def band_width(height: int, width: int) -> int:
    """Return the width in px of the band along an edge in a photo of this size."""
    return max(1, round(BAND * math.hypot(height, width)))


def near_edges(label: Bytes, ignored: Flags, width: int) -> Flags:
    """Say which pixels have one of another class within `width` px, rows or columns; bool (H, W).

    Ignored pixels are of no class. One pass finds the lowest, one the highest class in reach.
    """
    reach = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * width + 1, 2 * width + 1))
    above = label + np.uint8(1)
    low = np.where(ignored, np.uint8(255), above)
    high = np.where(ignored, np.uint8(0), above)
    lowest = cv2.erode(low, reach, borderType=cv2.BORDER_REPLICATE)
    highest = cv2.dilate(high, reach, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(((lowest < above) | (highest > above)) & ~ignored, np.bool_)


def _frame(shape: tuple[int, ...], width: int) -> Flags:
    """Return the pixels within `width` px of the photo's border, bool (H, W)."""
    frame = np.ones(shape, np.bool_)
    frame[width:-width, width:-width] = False
    return frame


def _count(label: Bytes, where: Flags, classes: int) -> npt.NDArray[np.int64]:
    """Count the pixels of each class in a mask, int64 (C,).

    OpenCV counts much faster than NumPy, but in float32: in strips, so that every count is exact.
    """
    counts = np.zeros(classes, np.int64)
    rows = max(1, _STRIP // label.shape[1])
    for top in range(0, len(label), rows):
        part, mask = label[top : top + rows], where[top : top + rows].astype(np.uint8)
        found = cv2.calcHist([part], [0], mask, [256], [0, 256])
        counts += found.ravel()[:classes].astype(np.int64)
    return counts
