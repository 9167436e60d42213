"""Fewer channels for stored features, chosen so that a head can be folded back exactly."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """An orthonormal basis, float32 (C, R), and the share of the features' energy that it keeps.

    It lies on the CPU, wherever the features and the head are.
    """

    basis: torch.Tensor
    kept: float


def fit(maps: Iterable[torch.Tensor], rank: int) -> Projection:
    """Find the R directions in which features, float (C, h, w) each, are strongest.

    An uncentred principal component analysis: the eigenvectors of the second moments. Uncentred,
    because then zero padding stays zero, and a convolution of the projected features is exactly a
    convolution of the whole ones. Raises ValueError without any map.
    """
    moments: torch.Tensor | None = None
    for one in maps:
        flat = one.float().flatten(1)
        # Single maps in float32 are quick; their sum over many photos needs more digits, which
        # not every device has.
        product = (flat @ flat.T).cpu().double()
        moments = product if moments is None else moments + product
    if moments is None:
        raise ValueError("there are no features to project")
    strength, directions = torch.linalg.eigh(moments)
    strength = strength.clamp(min=0)
    total = float(strength.sum())
    kept = float(strength[-rank:].sum()) / total if total else 1.0
    return Projection(directions[:, -rank:].flip(1).float().contiguous(), kept)


def kept_by(basis: torch.Tensor, maps: Iterable[torch.Tensor]) -> float:
    """Return the share of the energy of features, float (C, h, w) each, that a basis keeps."""
    total = inside = 0.0
    for one in maps:
        flat = one.float().flatten(1)
        total += float(flat.square().sum())
        inside += float((basis.T.to(flat) @ flat).square().sum())
    return inside / total if total else 1.0


def reduced(head: nn.Module, readers: Sequence[nn.Conv2d], basis: torch.Tensor) -> nn.Module:
    """Return a copy of a head whose `readers` take projected features: W_small = W_full P."""
    small = copy.deepcopy(head)
    for name in _names(head, readers):
        small.set_submodule(name, _narrower(head.get_submodule(name), basis))
    return small


@torch.no_grad()
def fold(
    small: nn.Module, head: nn.Module, readers: Sequence[nn.Conv2d], basis: torch.Tensor
) -> None:
    """Copy a reduced head's weights back into the whole one: W_full = W_small P^T.

    On every map the whole head then answers as the reduced one does on the projected map.
    """
    weights = {f"{name}.weight" for name in _names(head, readers)}
    state = {
        key: torch.einsum("orhw,cr->ochw", tensor, basis.to(tensor)) if key in weights else tensor
        for key, tensor in small.state_dict().items()
    }
    head.load_state_dict(state)


def _names(head: nn.Module, readers: Sequence[nn.Conv2d]) -> list[str]:
    """Return the readers' names inside of their head."""
    wanted = {id(reader) for reader in readers}
    return [name for name, module in head.named_modules() if id(module) in wanted]


def _narrower(conv: nn.Module, basis: torch.Tensor) -> nn.Conv2d:
    """Return the convolution that does with projected features what `conv` does with whole ones."""
    assert isinstance(conv, nn.Conv2d)
    made = copy.deepcopy(conv)
    made.in_channels = basis.shape[1]
    weight = torch.einsum("ochw,cr->orhw", conv.weight.detach(), basis.to(conv.weight))
    made.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last))
    return made
