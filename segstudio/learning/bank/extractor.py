"""Running the frozen part of a model on pictures, and what is stored of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.errors import SegStudioError
from segstudio.learning.bank.projection import Projection
from segstudio.learning.bank.store import Halves, digest
from segstudio.learning.device import free_memory, out_of_memory
from segstudio.learning.models.cut import Cut
from segstudio.learning.precision import Precision

Floats = npt.NDArray[np.float32]
_LARGEST = float(np.finfo(np.float16).max)


class NoMemory(SegStudioError):
    """A photo is too large to be looked at; no fault of the photo's."""


@dataclass(frozen=True, slots=True, eq=False)
class Extractor:
    """The frozen part of a model on its device; `key` names its weights and how it computes."""

    cut: Cut
    precision: Precision
    key: str = field(init=False)

    def __post_init__(self) -> None:
        state = {
            f"{number}.{name}": tensor.detach().cpu().numpy()
            for number, module in enumerate(self.cut.frozen)
            for name, tensor in module.state_dict().items()
        }
        object.__setattr__(self, "key", f"{digest(state)}-{self.precision.name}")

    @torch.inference_mode()
    def raw(self, picture: Floats) -> torch.Tensor:
        """Return the whole map, float16 (C, h, w), of a prepared picture, float32 (3, H, W).

        Raises NoMemory where memory does not suffice.
        """
        device = self.precision.device
        batch = torch.from_numpy(picture)[None].to(device, memory_format=torch.channels_last)
        try:
            with self.precision.autocast():
                found = self.cut.features(batch)[0]
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            free_memory(device)
            raise NoMemory(
                "There is not enough memory to look at a whole photo at once.",
                meaning="Stored features are made of whole photos.",
                remedy="Choose a smaller working_size, or feature_bank=off.",
            ) from error
        return found.clamp(-_LARGEST, _LARGEST).half()


@torch.inference_mode()
def stored(raw: torch.Tensor, projection: Projection | None) -> Halves:
    """Return what is stored of a map, float16 (C, h, w): (h, w, R), projected where R is less."""
    rows = raw.permute(1, 2, 0)
    if projection is not None:
        rows = (rows.float() @ projection.basis.to(rows.device)).clamp(-_LARGEST, _LARGEST)
    return np.ascontiguousarray(rows.half().cpu().numpy())
