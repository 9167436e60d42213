"""Photos on their way into the network: prepared alike for ever, and cut into random crops.

A crop is one warp of photo and label together, so that they cannot fall out of step; the label is
warped by nearest, and what lies outside the photo is ignore.

To add an augmentation: one setting in `config/augmentation.py`, one function of its kind, and its
line in the table of that kind: GEOMETRY or TILTS (`geometry.py`), BENDS, COLOR or FAULTS.
"""

from segstudio.learning.transforms.crops import CropPlan, draw, random_crop
from segstudio.learning.transforms.preprocessing import Preprocessing

__all__ = ["CropPlan", "Preprocessing", "draw", "random_crop"]
