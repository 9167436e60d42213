"""Projected features lose what they must and nothing else, and heads fold back exactly."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torchvision.models.segmentation.deeplabv3 import DeepLabHead

from segstudio.learning.bank.projection import fit, fold, kept_by, reduced


def features(channels: int, count: int = 3, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    mix = torch.randn(channels, channels, generator=generator) * 0.8 ** torch.arange(channels)
    return [
        torch.einsum("cd,dhw->chw", mix, torch.randn(channels, 9, 7, generator=generator))
        for _ in range(count)
    ]


def readers(head: DeepLabHead) -> list[torch.nn.Conv2d]:
    aspp = head[0]
    return [branch[0] for branch in list(aspp.convs)[:-1]] + [aspp.convs[-1][1]]


def test_the_basis_is_the_uncentred_principal_components() -> None:
    maps = [one + 3 for one in features(12)]
    projection = fit(maps, 5)
    flat = np.concatenate([one.flatten(1).numpy() for one in maps], axis=1).astype(np.float64)
    left, strength, _ = np.linalg.svd(flat, full_matrices=False)
    basis = projection.basis.numpy()
    np.testing.assert_allclose(basis.T @ basis, np.eye(5), atol=1e-5)
    np.testing.assert_allclose(np.abs(np.sum(left[:, :5] * basis, axis=0)), 1, atol=1e-3)
    share = (strength[:5] ** 2).sum() / (strength**2).sum()
    assert projection.kept == pytest.approx(share, abs=1e-6)
    assert kept_by(projection.basis, maps) == pytest.approx(share, abs=1e-5)


def test_nothing_to_project_is_an_error() -> None:
    with pytest.raises(ValueError, match="no features"):
        fit([], 3)


@pytest.mark.parametrize("training", [False, True])
def test_a_trained_small_head_folds_into_torchvisions_own(training: bool) -> None:
    torch.manual_seed(0)
    head = DeepLabHead(24, 4).train(training)
    before = {key: tensor.shape for key, tensor in head.state_dict().items()}
    basis = fit(features(24), 8).basis
    small = reduced(head, readers(head), basis)
    with torch.no_grad():
        for parameter in small.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    # Dilated convolutions and the pooled branch reach beyond the map, into its padding.
    maps = torch.stack(features(24, 2, seed=5))
    fold(small, head, readers(head), basis)
    head.eval(), small.eval()
    projected = torch.einsum("bchw,cr->brhw", maps, basis)
    torch.testing.assert_close(head(maps), small(projected), rtol=1e-4, atol=1e-4)
    assert {key: tensor.shape for key, tensor in head.state_dict().items()} == before


def test_all_directions_change_nothing() -> None:
    torch.manual_seed(0)
    head = DeepLabHead(16, 3).eval()
    basis = fit(features(16), 16).basis
    untouched = copy.deepcopy(head)
    small = reduced(head, readers(head), basis)
    maps = torch.stack(features(16, 2, seed=3))
    projected = torch.einsum("bchw,cr->brhw", maps, basis)
    torch.testing.assert_close(small(projected), untouched(maps), rtol=1e-4, atol=1e-4)
    fold(small, head, readers(head), basis)
    for one, other in zip(head.parameters(), untouched.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
