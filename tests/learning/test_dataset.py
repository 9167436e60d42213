"""Crops of an epoch follow from seed and epoch; photos are decoded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, ProblemFound
from segstudio.core.label_image import write_label
from segstudio.core.palette import Palette
from segstudio.learning.dataset import count_pixels, readable
from segstudio.learning.loop import Training
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing

MakeTraining = Callable[..., Training]


class Listener:
    stop_requested = False

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, ProblemFound):
            self.problems.append(event.problem.path)


def photos(training: Training, epoch: int) -> torch.Tensor:
    return torch.cat([batch.inputs for batch in training.crops.batches(epoch, Listener())])


def test_epochs_differ_and_repeat_exactly(make_training: MakeTraining) -> None:
    training, twin, other = make_training(), make_training(), make_training(seed=1)
    assert torch.equal(photos(training, 1), photos(twin, 1))
    assert not torch.equal(photos(training, 1), photos(training, 2))
    assert not torch.equal(photos(training, 1), photos(other, 1))


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"train": 3, "crops_per_photo": 3, "batch_size": 4}, [4, 4, 1]),
        ({"train": 2, "crops_per_photo": 1, "batch_size": 8}, [2]),
        ({"train": 4, "crops_per_photo": 2, "batch_size": 2, "accumulate": 3}, [6, 2]),
    ],
)
def test_every_crop_of_every_photo_is_used(
    make_training: MakeTraining, settings: dict[str, int], sizes: list[int]
) -> None:
    training = make_training(**settings)
    seen = [len(batch.inputs) for batch in training.crops.batches(1, Listener())]
    assert seen == sizes
    assert training.crops.steps_per_epoch == len(sizes)


def test_batches_have_the_types_that_torch_wants(make_training: MakeTraining) -> None:
    batch = next(make_training().crops.batches(1, Listener()))
    assert (batch.inputs.shape, batch.inputs.dtype) == ((4, 3, 64, 64), torch.float32)
    assert (batch.truth.shape, batch.truth.dtype) == ((4, 64, 64), torch.int64)
    assert set(batch.truth.unique().tolist()) <= {0, 1, 2, 255}


def test_photos_are_decoded_once(
    samples: tuple[Sample, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies, size = WorkingCopies(tmp_path / "cache"), Preprocessing(working_size=48)
    first = np.array(copies.photo(samples[0], size))
    assert first.shape == (32, 48, 3)

    def fail(path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr("segstudio.learning.samples.read_photo", fail)
    again = WorkingCopies(tmp_path / "cache")
    assert np.array_equal(again.photo(samples[0], size), first)
    with pytest.raises(AssertionError):
        again.photo(samples[0], Preprocessing(working_size=40))


def test_changed_photo_and_damaged_copy_are_read_again(
    samples: tuple[Sample, ...], tmp_path: Path
) -> None:
    copies, size = WorkingCopies(tmp_path / "cache"), Preprocessing(working_size=48)
    first = np.array(copies.photo(samples[0], size))
    samples[0].photo.write_bytes(samples[1].photo.read_bytes())
    second = np.array(copies.photo(samples[0], size))
    assert not np.array_equal(first, second)
    for damage in (b"damaged", b""):
        for cached in (tmp_path / "cache").iterdir():
            cached.write_bytes(damage)
        assert np.array_equal(copies.photo(samples[0], size), second)


def test_changed_label_image_is_read_again(
    samples: tuple[Sample, ...], tmp_path: Path, palette: Palette
) -> None:
    copies, size = WorkingCopies(tmp_path / "cache"), Preprocessing(working_size=48)
    assert (copies.label(samples[0], size) == 0).any()
    write_label(samples[0].label, np.full((64, 96), 2, np.uint8), palette)
    assert (copies.label(samples[0], size) == 2).all()


def test_unreadable_photos_are_told_and_left_out(
    samples: tuple[Sample, ...], tmp_path: Path
) -> None:
    samples[1].photo.write_bytes(b"no photo")
    samples[2].photo.unlink()
    samples[3].label.unlink()
    report = Listener()
    good = readable(samples, WorkingCopies(tmp_path / "c"), Preprocessing(working_size=48), report)
    assert [sample.name for sample in good] == ["000.png", "004.png", "005.png"]
    assert report.problems == ["001.png", "002.png", "003.png"]


def test_label_of_another_shape_is_refused(
    samples: tuple[Sample, ...], tmp_path: Path, palette: Palette
) -> None:
    write_label(samples[0].label, np.zeros((64, 64), np.uint8), palette)
    copies = WorkingCopies(tmp_path / "c")
    with pytest.raises(SegStudioError, match="shape"):
        copies.pair(samples[0], Preprocessing(working_size=96))


def test_pixels_are_counted_per_trained_class(
    samples: tuple[Sample, ...], tmp_path: Path, palette: Palette
) -> None:
    copies, size = WorkingCopies(tmp_path / "c"), Preprocessing(working_size=96)
    counts = count_pixels(samples, copies, size, palette)
    assert counts.tolist() == [6 * 8 * 64, *counts[1:]]
    assert counts.sum() == 6 * 96 * 64
    merged = palette.merged(0, 255)
    assert count_pixels(samples, copies, size, merged).tolist() == counts[1:].tolist()
