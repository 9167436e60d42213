"""Leaving out the taps that see padding changes neither answers nor gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from segstudio.learning.models.dilated import DilatedConv


@pytest.mark.parametrize("size", [(1, 1), (3, 9), (9, 3), (4, 4), (5, 5), (9, 12)])
@pytest.mark.parametrize("bias", [False, True])
def test_answers_and_gradients_are_those_of_the_plain_convolution(
    size: tuple[int, int], bias: bool
) -> None:
    torch.manual_seed(0)
    plain = nn.Conv2d(5, 7, 3, padding=4, dilation=4, bias=bias)
    quick = DilatedConv.like(plain)
    values = torch.randn(2, 5, *size, requires_grad=True)
    wanted = plain(values)
    sent = torch.randn_like(wanted)
    gradients = torch.autograd.grad((wanted * sent).sum(), [values, *plain.parameters()])
    found = quick(values)
    own = torch.autograd.grad((found * sent).sum(), [values, *quick.parameters()])
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    for one, other in zip(own, gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-4)
