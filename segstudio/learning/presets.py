"""Three ready sets of settings, named in words; each has one form for learning from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from segstudio.core.errors import UsageError
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.fields import nearest


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset: key, title and note in words, and what it sets.

    `pretrained` holds for a backbone that already sees, `scratch` for one that has to learn it.
    """

    name: str
    title: str
    note: str
    pretrained: dict[str, Any]
    scratch: dict[str, Any]

    def values(self, weights: str) -> dict[str, Any]:
        """Return what the preset sets when the training starts from `weights`."""
        return self.scratch if weights == "none" else self.pretrained

    def config_for(self, weights: str) -> TrainConfig:
        """Return the whole settings for `weights`: pretrained, none or a file."""
        return TrainConfig.model_validate({**self.values(weights), "weights": weights})

    @property
    def config(self) -> TrainConfig:
        """The whole settings with published weights."""
        return self.config_for("pretrained")


# From scratch the smallest model learns soonest, and strong colour variation stands in for the
# many photos that a published backbone has seen.
_SCRATCH: dict[str, Any] = {
    "model": "lraspp_mobilenet_v3_large",
    "crops_per_photo": 8,
    "crop_size": 160,
    "lr": 3e-3,
    "color_jitter": 0.4,
}

# With stored features crops are cheap and checking is not, hence many crops in few epochs. What
# learns of a backbone cannot be stored, but gives much more; how all were found is told in
# docs/training.md.
PRESETS = (
    Preset(
        "quick",
        "Quick check",
        "A first impression in a few minutes: are the labels usable at all?",
        pretrained={
            "epochs": 6,
            "crops_per_photo": 8,
            "working_size": 384,
            "crop_size": 160,
        },
        scratch={**_SCRATCH, "epochs": 14},
    ),
    Preset(
        "normal",
        "Normal",
        "The right one for most photos.",
        pretrained={"epochs": 12, "crops_per_photo": 16},
        scratch={**_SCRATCH, "epochs": 40},
    ),
    Preset(
        "thorough",
        "Thorough",
        "Larger photos, and everything learns, for the final model: take a long break.",
        pretrained={
            "epochs": 20,
            "crops_per_photo": 16,
            "working_size": 640,
            "crop_size": 256,
            "train_layers": "all",
            "unfreeze_after": 4,
            "backbone_lr": 0.1,
        },
        scratch={**_SCRATCH, "epochs": 100, "working_size": 640, "crop_size": 224},
    ),
)


def preset_named(name: str) -> Preset:
    """Return the preset of that key; UsageError names the nearest right one."""
    known = {preset.name: preset for preset in PRESETS}
    if name not in known:
        meant = nearest(name, known) or "normal"
        raise UsageError(
            f'There is no preset "{name}". Did you mean "{meant}"?',
            remedy=f"Choose one of {', '.join(known)}.",
        )
    return known[name]
