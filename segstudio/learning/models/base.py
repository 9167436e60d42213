"""What every model is to the training loop: frozen parts that stay frozen, one output tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import torch
from torch import nn

from segstudio.learning.models.auxiliary import Auxiliary
from segstudio.learning.models.cut import Cut
from segstudio.learning.models.dilated import forget_unseen

Stage = Sequence[nn.Module]
State = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class BackboneKeys:
    """How the keys of a backbone begin in the state dict, and how others become its own.

    `rename` brings the keys of published backbones, without that beginning, to the network's.
    """

    prefix: str = "backbone."
    rename: Callable[[State], State] = lambda state: state


class SegmentationModel(nn.Module):
    """A network of C classes whose state dict has the keys of the library that it comes from.

    `stages` names the parts of the backbone from the photo to the head, `head` holds the parts
    that follow them and `last_layers` those layers of the head that answer with C classes.
    `tap` is the module from whose output an auxiliary head answers, with its channels.
    """

    def __init__(
        self,
        net: nn.Module,
        *,
        stages: Mapping[str, Stage],
        head: Stage,
        last_layers: Stage,
        keys: BackboneKeys | None = None,
        tap: tuple[nn.Module, int] | None = None,
    ) -> None:
        super().__init__()
        self.net = net
        self.keys = keys or BackboneKeys()
        self.stages = dict(stages)
        self._head = tuple(head)
        self._last_layers = tuple(last_layers)
        self._tap = tap
        self._trained: tuple[nn.Module, ...] = (net,)
        self.auxiliary: Auxiliary | None = None

    def use_auxiliary(self, classes: int, weight: float) -> None:
        """Learn from an auxiliary head, too, which is no part of `weights`.

        Raises ValueError where the model has no place for one.
        """
        if self._tap is None:
            raise ValueError("this model has no place for an auxiliary head")
        self.auxiliary = Auxiliary(*self._tap, classes, weight)

    def train_only(self, layers: str) -> None:
        """Freeze all but `layers`: head, last_layer, all, or a stage with what comes after it."""
        self._trained = self._parts(layers)
        self.net.requires_grad_(False)
        for module in self._trained:
            module.requires_grad_(True)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Switch to training; what is frozen stays in evaluation mode, so no buffer of it moves."""
        super().train(False)
        self.training = mode
        for module in (*self._trained, *self._extra):
            module.train(mode)
        return self

    def groups(self, layers: str) -> dict[str, list[nn.Parameter]]:
        """Return what learns under `layers`, of the `head` and of the `backbone`, frozen or not."""
        heads, parts = (*self._head, *self._extra), (*self._parts(layers), *self._extra)
        head = {id(p) for module in heads for p in module.parameters()}
        learning = [p for module in parts for p in module.parameters()]
        return {
            "head": [p for p in learning if id(p) in head],
            "backbone": [p for p in learning if id(p) not in head],
        }

    @property
    def last_layer_prefixes(self) -> tuple[str, ...]:
        """How the keys of the last layers begin in the state dict."""
        names = {id(module): name for name, module in self.net.named_modules()}
        return tuple(f"{names[id(layer)]}." for layer in self._last_layers)

    def weights(self) -> State:
        """Return the network's state dict, under its library's own keys."""
        return self.net.state_dict()

    def load_weights(self, state: Mapping[str, torch.Tensor]) -> None:
        """Load a complete state dict with the library's keys."""
        self.net.load_state_dict(state)

    def forget_unseen(self, side: int) -> None:
        """Set to zero what the head's dilated convolutions never see in crops of `side` px."""
        forget_unseen(self, self._head, side)

    def auxiliary_weights(self) -> State:
        """Return the state of the auxiliary head, empty without one."""
        return {} if self.auxiliary is None else self.auxiliary.head.state_dict()

    def load_auxiliary(self, state: Mapping[str, torch.Tensor]) -> None:
        """Give the auxiliary head, where there is one, what fits of a state."""
        if self.auxiliary is not None:
            self.auxiliary.take_weights(state)

    def state(self) -> dict[str, Any]:
        """Return all that has to be kept to go on learning exactly here."""
        return self.weights()

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from a kept state."""
        self.load_weights(state)

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        """Map photos, float (B, 3, H, W), to logits, float (B, C, H, W)."""
        return cast(torch.Tensor, self.net(photos)["out"])

    def cut(self, layers: str) -> Cut | None:
        """Return the network cut before what learns under `layers`; None where that is no one map.

        It is cut behind the backbone (`head`) or before its `last_layer`.
        """
        return None

    @property
    def _extra(self) -> tuple[nn.Module, ...]:
        """The auxiliary head, which always learns, where there is one."""
        return () if self.auxiliary is None else (self.auxiliary,)

    def _parts(self, layers: str) -> tuple[nn.Module, ...]:
        """Return the modules that learn under `layers`."""
        if layers == "all":
            return (self.net,)
        if layers == "last_layer":
            return self._last_layers
        names = list(self.stages)
        after = names[names.index(layers) :] if layers != "head" else []
        return (*(module for name in after for module in self.stages[name]), *self._head)
