"""BatchNorm for one value per channel: pooled branches, and the deepest map of a small crop."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class PooledBatchNorm(nn.BatchNorm2d):
    """BatchNorm that also takes one value per channel, as ASPP's pooled branch gives for a photo.

    One value has no spread to normalise by, so it is normalised by the running statistics, as in
    evaluation, and leaves them as they are; weight and bias still learn from it.
    """

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Normalise values, float (B, C, H, W)."""
        single = self.training and values.numel() == values.shape[1]
        if not single:
            return super().forward(values)
        return F.batch_norm(
            values, self.running_mean, self.running_var, self.weight, self.bias, False, 0, self.eps
        )


def take_single_values(net: nn.Module) -> None:
    """Put a PooledBatchNorm with the same state in the place of every BatchNorm2d of a network."""
    for parent in list(net.modules()):
        for name, module in list(parent.named_children()):
            if type(module) is nn.BatchNorm2d:
                fit = PooledBatchNorm(module.num_features, module.eps, module.momentum)
                fit.load_state_dict(module.state_dict())
                setattr(parent, name, fit)
