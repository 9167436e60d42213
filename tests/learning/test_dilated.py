"""Taps that see padding: left out without a difference, and forgotten where none ever sees more."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
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


@pytest.mark.parametrize(
    ("name", "stride", "across", "seen"),
    [
        ("deeplabv3_mobilenet_v3_large", 16, 12, 0),
        ("deeplabv3_mobilenet_v3_large", 16, 13, 1),
        ("deeplabv3_mobilenet_v3_large", 16, 25, 2),
        ("deeplabv3_mobilenet_v3_large", 16, 37, 3),
        ("deeplabv3_resnet50", 8, 12, 0),
        ("deeplabv3plus_resnet50", 16, 13, 1),
    ],
)
def test_what_no_crop_sees_is_forgotten_and_a_crop_is_answered_as_before(
    name: str, stride: int, across: int, seen: int
) -> None:
    torch.manual_seed(0)
    model = build_model(TrainConfig(model=name), 3).eval()
    crop = torch.randn(1, 3, across * stride, across * stride)
    with torch.no_grad():
        wanted = model(crop)
        model.forget_unseen(across * stride)
        torch.testing.assert_close(model(crop), wanted)
    reach = {12: 1, 24: 2, 36: 3}
    convs = [m for m in model.modules() if isinstance(m, nn.Conv2d) and m.dilation[0] in reach]
    assert len(convs) == 3
    for conv in convs:
        outer = torch.ones(3, 3, dtype=torch.bool)
        outer[1, 1] = False
        kept = bool(conv.weight[:, :, outer].any())
        assert kept == (reach[conv.dilation[0]] <= seen)
        assert conv.weight[:, :, 1, 1].all()
