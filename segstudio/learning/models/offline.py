"""Building torchvision's networks without ever downloading anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Net = TypeVar("Net")


def bare(build: Callable[..., Net], classes: int) -> Net:
    """Call one of torchvision's builders so that it downloads nothing, not even a backbone."""
    return build(weights=None, weights_backbone=None, num_classes=classes, aux_loss=False)
