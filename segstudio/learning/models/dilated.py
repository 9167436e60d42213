"""Dilated convolutions: those whose outer taps only see padding waste work, and mislead."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, Self

import torch
from torch import nn
from torch.nn import functional as F


class DilatedConv(nn.Conv2d):
    """A 3x3 convolution with dilation d and padding d that leaves out taps which see no cell.

    On a map of at most d rows the upper and lower taps only ever see padding, and so do the left
    and right ones on at most d columns. ASPP's rates of 12, 24 and 36 (Chen and others, Rethinking
    Atrous Convolution, 2017) make that the rule on maps of crops: there most of the work would be
    multiplying by zero.
    """

    @classmethod
    def like(cls, conv: nn.Conv2d) -> Self:
        """Return one with the sizes and the very parameters of a plain convolution."""
        reach, biased = conv.dilation[0], conv.bias is not None
        made = cls(
            conv.in_channels, conv.out_channels, 3, padding=reach, dilation=reach, bias=biased
        )
        made.weight, made.bias = conv.weight, conv.bias
        return made

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Convolve values, float (B, C, H, W)."""
        (rows, above), (columns, left) = (
            (slice(1, 2), 0) if length <= reach else (slice(0, 3), reach)
            for length, reach in zip(values.shape[-2:], self.dilation, strict=True)
        )
        weight = self.weight[:, :, rows, columns]
        return F.conv2d(values, weight, self.bias, 1, (above, left), self.dilation)


def forget_unseen(model: nn.Module, parts: Iterable[nn.Module], side: int) -> None:
    """Set to zero what dilated convolutions in these parts never see in crops of `side` px.

    In a crop such a tap only sees padding, so the rest of the head is trained as if it were not
    there. On a whole photo it sees cells, and adds what the rest was not trained to expect, be
    that random or learned elsewhere; docs/training.md tells what zero gains.
    """
    found = [m for part in parts for m in part.modules() if isinstance(m, nn.Conv2d)]
    dilated = [conv for conv in found if max(conv.dilation) > 1]
    if not dilated:
        return
    cells: dict[nn.Module, int] = {}

    def note(conv: nn.Module, values: tuple[Any, ...]) -> None:
        cells[conv] = max(values[0].shape[-2:])

    crop, training = next(model.parameters()).new_zeros(1, 3, side, side), model.training
    with ExitStack() as hooks, torch.no_grad():
        for conv in dilated:
            hooks.callback(conv.register_forward_pre_hook(note).remove)
        model.eval()(crop)
        model.train(training)
        for conv in dilated:
            if cells[conv] <= min(conv.dilation):
                conv.weight[:, :, ::2] = 0
                conv.weight[:, :, :, ::2] = 0
