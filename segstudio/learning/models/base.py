"""What every model is to the training loop: frozen parts that stay frozen, one output tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, cast

import torch
from torch import nn

Stage = Sequence[nn.Module]


class SegmentationModel(nn.Module):
    """A network of C classes whose state dict has the keys of the library that it comes from.

    `stages` names the parts of the backbone from the photo to the head, `head` follows them and
    `last_layers` are the layers of the head that answer with C classes.
    """

    def __init__(
        self,
        net: nn.Module,
        *,
        stages: Mapping[str, Stage],
        head: nn.Module,
        last_layers: Stage,
    ) -> None:
        super().__init__()
        self.net = net
        self._stages = dict(stages)
        self._head = (head,)
        self._last_layers = tuple(last_layers)
        self._trained: tuple[nn.Module, ...] = (net,)

    def train_only(self, layers: str) -> None:
        """Freeze all but `layers`: head, last_layer, all, or a stage with what comes after it."""
        names = list(self._stages)
        trained: list[nn.Module]
        if layers == "all":
            trained = [self.net]
        elif layers == "last_layer":
            trained = list(self._last_layers)
        else:
            after = names[names.index(layers) :] if layers != "head" else []
            trained = [m for name in after for m in self._stages[name]] + list(self._head)
        self._trained = tuple(trained)
        self.net.requires_grad_(False)
        for module in self._trained:
            module.requires_grad_(True)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Switch to training; what is frozen stays in evaluation mode, so no buffer of it moves."""
        super().train(False)
        self.training = mode
        for module in self._trained:
            module.train(mode)
        return self

    def trainable(self) -> list[nn.Parameter]:
        """Return the parameters that the optimiser moves."""
        return [parameter for parameter in self.net.parameters() if parameter.requires_grad]

    @property
    def last_layer_prefixes(self) -> tuple[str, ...]:
        """How the keys of the last layers begin in the state dict."""
        names = {id(module): name for name, module in self.net.named_modules()}
        return tuple(f"{names[id(layer)]}." for layer in self._last_layers)

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the network's state dict, under its library's own keys."""
        return self.net.state_dict()

    def load_weights(self, state: Mapping[str, torch.Tensor]) -> None:
        """Load a complete state dict with the library's keys."""
        self.net.load_state_dict(state)

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        """Map photos, float (B, 3, H, W), to logits, float (B, C, H, W)."""
        return cast(torch.Tensor, self.net(photos)["out"])
