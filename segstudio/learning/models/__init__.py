"""The models that can be trained, listed without importing torch.

To add one: write `models/<name>.py` with a function `build(classes) -> SegmentationModel`, add one
ModelEntry here, and run the tests, whose contract holds for every entry.
"""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("layer1", "layer2", "layer3", "layer4")
"""Stages of a backbone from the photo to the head; what comes before layer1 goes with `all`."""


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """Weights that the makers of a model publish; `sha256` holds the first digits of the digest."""

    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name under which torch keeps the file in its cache."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: key, title and note in words, where it is built, which weights are published."""

    name: str
    title: str
    note: str
    build: str
    weights: PublishedWeights


_TORCHVISION = "https://download.pytorch.org/models/"

MODELS = (
    ModelEntry(
        "deeplabv3_mobilenet_v3_large",
        "DeepLabV3, MobileNetV3-Large",
        "Small and quick: the right one for a laptop without a graphics card (42 MB).",
        "segstudio.learning.models.deeplabv3:build_mobilenet_v3_large",
        PublishedWeights(_TORCHVISION + "deeplabv3_mobilenet_v3_large-fc3c493d.pth", "fc3c493d"),
    ),
    ModelEntry(
        "lraspp_mobilenet_v3_large",
        "LR-ASPP, MobileNetV3-Large",
        "The smallest, with fine edges: the one that learns from scratch soonest (13 MB).",
        "segstudio.learning.models.lraspp:build_mobilenet_v3_large",
        PublishedWeights(_TORCHVISION + "lraspp_mobilenet_v3_large-d234d4ea.pth", "d234d4ea"),
    ),
    ModelEntry(
        "deeplabv3_resnet50",
        "DeepLabV3, ResNet-50",
        "A larger network, much slower without a graphics card (160 MB).",
        "segstudio.learning.models.deeplabv3:build_resnet50",
        PublishedWeights(_TORCHVISION + "deeplabv3_resnet50_coco-cd0a2569.pth", "cd0a2569"),
    ),
    ModelEntry(
        "deeplabv3_resnet101",
        "DeepLabV3, ResNet-101",
        "The largest: for a computer with a graphics card (233 MB).",
        "segstudio.learning.models.deeplabv3:build_resnet101",
        PublishedWeights(_TORCHVISION + "deeplabv3_resnet101_coco-586e9e4e.pth", "586e9e4e"),
    ),
)


def model_named(name: str) -> ModelEntry:
    """Return the entry of that key; KeyError where there is none."""
    return {entry.name: entry for entry in MODELS}[name]
