"""ASPP's pooled branch and its dropout, doing the same with less work."""

from __future__ import annotations

import torch
from torch import nn

_LEVELS = 1 << 16
_PER_DRAW = 4


class PooledBranch(nn.Sequential):
    """The layers of ASPP's pooled branch; each channel's one value is told to every cell.

    Enlarging one cell by interpolation is repeating it, and takes much longer.
    """

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return float (B, C', H, W) for values, float (B, C, H, W)."""
        one: torch.Tensor = super().forward(values)  # type: ignore[no-untyped-call]
        return one.expand(-1, -1, *values.shape[-2:])


class QuickDropout(nn.Dropout):
    """Dropout that on the CPU draws one random number for four values.

    There drawing is serial, and took a twelfth of a head's step. Each value goes by 16 random bits
    of its own, so `p` is taken to the nearest 1/65536.
    """

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Drop values, float of any shape, in training; what stays is scaled up."""
        kept = round((1 - self.p) * _LEVELS)
        quick = values.device.type == "cpu" and _dense(values) and 0 < kept < _LEVELS
        if not (self.training and quick):
            return super().forward(values)
        # All 64 bits are random, the sign's too.
        draws = torch.empty(-(-values.numel() // _PER_DRAW), dtype=torch.int64)
        draws.random_(torch.iinfo(torch.int64).min, None)
        bits = draws.view(torch.int16)[: values.numel()]
        mask = (bits < kept - _LEVELS // 2).to(values.dtype).mul_(_LEVELS / kept)
        return values * mask.as_strided(values.shape, values.stride())


def _dense(values: torch.Tensor) -> bool:
    """Say whether values lie in memory without gaps, in one of the usual two orders."""
    by_place = values.dim() == 4 and values.is_contiguous(memory_format=torch.channels_last)
    return values.is_contiguous() or by_place
