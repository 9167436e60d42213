"""What is quicker than the library's gives the same."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models.segmentation.deeplabv3 import ASPPPooling

from segstudio.learning.models.quick_aspp import PooledBranch, QuickDropout


def test_the_pooled_branch_answers_and_learns_as_torchvisions() -> None:
    torch.manual_seed(0)
    plain = ASPPPooling(5, 7)
    quick = PooledBranch(*plain)
    assert quick.state_dict().keys() == plain.state_dict().keys()
    values = torch.randn(3, 5, 4, 6, requires_grad=True)
    wanted, found = plain(values), quick(values)
    torch.testing.assert_close(found, wanted)
    sent = torch.randn_like(wanted)
    inputs = [values, *plain.parameters()]
    for one, other in zip(
        torch.autograd.grad((found * sent).sum(), inputs),
        torch.autograd.grad((wanted * sent).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_dropout_drops_its_share_and_keeps_the_mean(
    p: float, kind: torch.dtype, layout: torch.memory_format
) -> None:
    torch.manual_seed(0)
    values = torch.ones(4, 64, 30, 31, dtype=kind).to(memory_format=layout).requires_grad_()
    found = QuickDropout(p).train()(values)
    assert found.shape == values.shape
    dropped = found == 0
    # Five standard errors of a share of so many values.
    assert abs(dropped.double().mean() - p) <= 5 * (p * (1 - p) / values.numel()) ** 0.5 + 2**-16
    if p < 1:
        torch.testing.assert_close(
            found[~dropped].float().mean(), torch.tensor(1 / (1 - p)), rtol=1e-2, atol=0
        )
        found.sum().backward()
        torch.testing.assert_close(values.grad, found.detach())


def test_what_is_dropped_is_random_from_value_to_value_and_follows_the_seed() -> None:
    values, dropout = torch.ones(2, 16, 33, 33), QuickDropout(0.5).train()
    torch.manual_seed(3)
    first, second = dropout(values), dropout(values)
    torch.manual_seed(3)
    assert torch.equal(dropout(values), first)
    flat = (first != 0).flatten().double() - 0.5
    limit = 5 * 0.25 / len(flat) ** 0.5
    assert abs(((second != 0).flatten().double() - 0.5) @ flat / len(flat)) < limit
    for shift in (1, 2, 3, 4, 33, 33 * 33):
        assert abs((flat[shift:] * flat[:-shift]).mean()) < limit


def test_dropout_does_nothing_in_evaluation_and_takes_any_layout() -> None:
    values = torch.randn(2, 3, 8, 8)
    assert QuickDropout(0.5).eval()(values) is values
    apart = values[:, :, ::2]
    torch.manual_seed(0)
    found = QuickDropout(0.5).train()(apart)
    torch.manual_seed(0)
    assert torch.equal(found, nn.Dropout(0.5).train()(apart))
