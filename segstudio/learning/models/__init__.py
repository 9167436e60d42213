"""The models that can be trained, listed without importing torch.

To add one: write `models/<name>.py` with a function `build(classes, *, from_scratch)` that returns
a SegmentationModel, add one ModelEntry here, and run the tests, whose contract holds for every
entry.
"""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("layer1", "layer2", "layer3", "layer4")
"""Stages of a backbone from the photo to the head; what comes before layer1 goes with `all`."""


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """Weights that the makers of a model publish, of the whole of it or of its backbone.

    `sha256` holds the first digits of the digest; where nobody publishes one it is empty, and the
    file is never downloaded, only taken from the cache into which the user put it.
    """

    url: str
    sha256: str
    megabytes: int
    saved_as: str = ""

    @property
    def file_name(self) -> str:
        """The name under which torch keeps the file in its cache."""
        return self.saved_as or self.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """What a head reads: channels, pixels per cell; `neck` channels reach its last layer."""

    channels: int
    stride: int
    neck: int


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: key, title and note in words, where it is built, which weights are published.

    `auxiliary` is the stage that an auxiliary head answers from; empty where there is no place.
    `feature_map` is None where the head reads several stages of the backbone.
    """

    name: str
    title: str
    note: str
    build: str
    weights: PublishedWeights
    auxiliary: str = ""
    feature_map: FeatureMap | None = None


_HERE = "segstudio.learning.models."
_TORCHVISION = "https://download.pytorch.org/models/"
_RESNET34 = PublishedWeights(_TORCHVISION + "resnet34-b627a593.pth", "b627a593", 87)
_RESNET50 = PublishedWeights(_TORCHVISION + "resnet50-11ad3fa6.pth", "11ad3fa6", 103)

MODELS = (
    ModelEntry(
        "deeplabv3_mobilenet_v3_large",
        "DeepLabV3, MobileNetV3-Large",
        "Small and quick: the right one for a laptop without a graphics card.",
        _HERE + "deeplabv3:build_mobilenet_v3_large",
        PublishedWeights(
            _TORCHVISION + "deeplabv3_mobilenet_v3_large-fc3c493d.pth", "fc3c493d", 44
        ),
        "layer2",
        FeatureMap(channels=960, stride=16, neck=256),
    ),
    ModelEntry(
        "lraspp_mobilenet_v3_large",
        "LR-ASPP, MobileNetV3-Large",
        "The smallest, with fine edges: the one that learns from scratch soonest.",
        _HERE + "lraspp:build_mobilenet_v3_large",
        PublishedWeights(_TORCHVISION + "lraspp_mobilenet_v3_large-d234d4ea.pth", "d234d4ea", 13),
    ),
    ModelEntry(
        "segformer_pvt_v2_b0",
        "SegFormer head, PVT-v2-B0",
        "A small transformer, which sees far across the photo. SegStudio cannot download what it "
        "knows: choose a file, or let everything learn.",
        _HERE + "segformer:build_pvt_v2_b0",
        PublishedWeights(
            "https://huggingface.co/timm/pvt_v2_b0.in1k/resolve/main/model.safetensors",
            "",
            15,
            "pvt_v2_b0.in1k.safetensors",
        ),
    ),
    ModelEntry(
        "unet_resnet34",
        "U-Net, ResNet-34",
        "Fine edges from every size of its map; its large head wants more photos than the others.",
        _HERE + "unet:build_resnet34",
        _RESNET34,
    ),
    ModelEntry(
        "deeplabv3plus_resnet50",
        "DeepLabV3+, ResNet-50",
        "Finer edges than DeepLabV3, and quicker than it with the same backbone.",
        _HERE + "deeplabv3plus:build_resnet50",
        _RESNET50,
    ),
    ModelEntry(
        "deeplabv3_resnet50",
        "DeepLabV3, ResNet-50",
        "A larger network, much slower without a graphics card.",
        _HERE + "deeplabv3:build_resnet50",
        PublishedWeights(_TORCHVISION + "deeplabv3_resnet50_coco-cd0a2569.pth", "cd0a2569", 168),
        "layer3",
        FeatureMap(channels=2048, stride=8, neck=256),
    ),
    ModelEntry(
        "fcn_resnet50",
        "FCN, ResNet-50",
        "The simplest head on the same large backbone.",
        _HERE + "fcn:build_resnet50",
        PublishedWeights(_TORCHVISION + "fcn_resnet50_coco-1167a1af.pth", "1167a1af", 142),
        "layer3",
        FeatureMap(channels=2048, stride=8, neck=512),
    ),
    ModelEntry(
        "pspnet_resnet50",
        "PSPNet, ResNet-50",
        "Judges every place by the whole photo, too; coarse edges.",
        _HERE + "pspnet:build_resnet50",
        _RESNET50,
    ),
    ModelEntry(
        "deeplabv3_resnet101",
        "DeepLabV3, ResNet-101",
        "The largest: for a computer with a graphics card.",
        _HERE + "deeplabv3:build_resnet101",
        PublishedWeights(_TORCHVISION + "deeplabv3_resnet101_coco-586e9e4e.pth", "586e9e4e", 245),
        "layer3",
        FeatureMap(channels=2048, stride=8, neck=256),
    ),
)


def model_named(name: str) -> ModelEntry:
    """Return the entry of that key; KeyError where there is none."""
    return {entry.name: entry for entry in MODELS}[name]
