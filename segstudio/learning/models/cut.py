"""A network in two: a frozen part that looks at photos, and what learns from what that saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class Cut:
    """A network in two: what is frozen makes one map of photos, `learns` makes logits of that map.

    `features` maps photos, float (B, 3, H, W), to a map, float (B, N, h, w), which `learns` maps to
    logits, float (B, C, h, w). `readers` are the layers of `learns` that see the map itself; they
    may be made to read fewer channels where there are any.
    """

    features: Callable[[torch.Tensor], torch.Tensor]
    frozen: Sequence[nn.Module]
    learns: nn.Module
    readers: Sequence[nn.Conv2d]
