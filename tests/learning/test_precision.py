"""Short numbers are taken where a step gains by them, and the reason is told."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import torch
from conftest import Recorder

from learning.networks import TwoLayers, wrapped
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message
from segstudio.learning.config import TrainConfig
from segstudio.learning.precision import Precision, one_step, settled

CPU = torch.device("cpu")


def said(report: Recorder) -> list[str]:
    return [event.text for event in report.events if isinstance(event, Message)]


@pytest.mark.parametrize(
    ("half", "chosen", "words"),
    [
        (0.5, "bfloat16", "half precision (bfloat16), which takes 50% of the time here."),
        *(
            (
                half,
                "float32",
                "full precision (float32); half precision (bfloat16) would not be noticeably "
                "quicker here.",
            )
            for half in (0.9, 1.0, 3.0)
        ),
    ],
)
def test_the_quicker_kind_of_numbers_is_chosen_and_told(
    half: float, chosen: str, words: str, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def step(precision: Precision) -> None:
        now[0] += half if precision.name == "bfloat16" else 1.0

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    assert settled(TrainConfig(), CPU, step, report).precision == chosen
    assert said(report) == [f"It computes with {words}"]


def test_what_was_measured_once_holds_for_later_runs(
    report: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now, memory = [0.0], tmp_path / "cache" / "precision.json"

    def step(precision: Precision) -> None:
        now[0] += 0.5 if precision.name == "bfloat16" else 1.0

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    first = settled(TrainConfig(), CPU, step, report, memory)
    took = now[0]
    assert settled(TrainConfig(), CPU, step, report, memory) == first
    assert now[0] == took
    settled(TrainConfig(model="deeplabv3_resnet50"), CPU, step, report, memory)
    assert now[0] > took
    memory.write_text("{")
    assert settled(TrainConfig(), CPU, step, report, memory) == first


def test_a_step_that_only_fits_in_short_numbers_is_no_time_to_keep(
    report: Recorder, tmp_path: Path
) -> None:
    memory = tmp_path / "cache" / "precision.json"

    def step(precision: Precision) -> None:
        if precision.name == "float32":
            raise torch.OutOfMemoryError

    assert settled(TrainConfig(), CPU, step, report, memory).precision == "bfloat16"
    assert said(report) == [
        "It computes with half precision (bfloat16); for full precision (float32) the memory does "
        "not suffice."
    ]
    assert not memory.exists()


@pytest.mark.parametrize("damage", ["Infinity", "-Infinity", "NaN", "0.0", "-2.0", "true", '"2"'])
def test_a_time_that_cannot_be_is_measured_anew(
    report: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    now, memory = [0.0], tmp_path / "cache" / "precision.json"

    def step(precision: Precision) -> None:
        now[0] += 0.5 if precision.name == "bfloat16" else 1.0

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    first = settled(TrainConfig(), CPU, step, report, memory)
    text = memory.read_text()
    memory.write_text(text.replace("2.0", damage).replace("{", f'{{"another": {damage},'))
    assert settled(TrainConfig(), CPU, step, report, memory) == first
    assert said(report)[1] == said(report)[0]
    assert json.loads(memory.read_text()) == json.loads(text)


def test_a_chosen_kind_is_not_measured(report: Recorder) -> None:
    def step(precision: Precision) -> None:
        raise AssertionError("nothing was to be measured")

    for name in ("float32", "bfloat16", "float16"):
        config = TrainConfig(precision=name)
        assert settled(config, CPU, step, report) == config
    assert not report.events


def test_where_memory_fails_full_numbers_stay(report: Recorder) -> None:
    def step(precision: Precision) -> None:
        if precision.name == "bfloat16":
            raise torch.OutOfMemoryError

    assert settled(TrainConfig(), CPU, step, report).precision == "float32"


def test_numbers_that_the_device_lacks_are_refused_in_words(
    report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Precision) -> torch.autocast:
        raise RuntimeError("Current device does not support bfloat16.")

    monkeypatch.setattr(Precision, "autocast", refuse)
    config = TrainConfig(precision="bfloat16")
    with pytest.raises(SegStudioError, match="cannot compute in bfloat16"):
        settled(config, CPU, lambda precision: None, report)


def test_measuring_leaves_the_model_as_it_is() -> None:
    model = wrapped(TwoLayers(3))
    before = {key: value.clone() for key, value in model.weights().items()}
    step = one_step(model, TrainConfig(crop_size=32), CPU)
    for name in ("float32", "bfloat16"):
        step(Precision(name, CPU))
    after = model.weights()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert all(weight.grad is None for weight in model.parameters())
