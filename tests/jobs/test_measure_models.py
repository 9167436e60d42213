"""Costs of models are measured in processes of their own, kept per computer, and stoppable."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Recorder

from segstudio.core.events import Progress
from segstudio.core.memory import peak_memory
from segstudio.jobs import measure_models, model_costs
from segstudio.jobs.measure_models import MeasureRequest
from segstudio.jobs.model_costs import ModelCost, keep_cost, read_costs
from segstudio.learning import measuring

SMALL, LARGE = "lraspp_mobilenet_v3_large", "unet_resnet34"


def cost(model: str = SMALL, **changes: Any) -> ModelCost:
    values = {
        "model": model,
        "device": "CPU with 2 threads",
        "batch": 4,
        "crop": 224,
        "photo": 480,
        "parameters": 3_000_000,
        "megabytes": 13.0,
        "photo_seconds": 0.1,
        "head_seconds": 0.2,
        "whole_seconds": 0.4,
        "head_memory": 500_000_000,
        "whole_memory": 900_000_000,
    }
    return ModelCost.model_validate({**values, **changes})


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache" / "model_costs.json"
    monkeypatch.setattr(model_costs, "costs_file", lambda: path)
    return path


def test_a_process_of_its_own_measures_a_model(report: Recorder) -> None:
    request = MeasureRequest((SMALL,), batch_size=2, crop_size=64, device="cpu")
    figures = measure_models.run(request, report)
    (found,) = figures.costs
    assert (found.model, found.batch, found.crop) == (SMALL, 2, 64)
    assert found.device.startswith("CPU")
    assert found.parameters == 3_219_328
    assert found.megabytes == pytest.approx(4 * found.parameters / 1e6, rel=0.01)
    assert 0 < found.head_seconds < found.whole_seconds
    assert found.whole_memory is None or 10**8 < found.head_memory <= found.whole_memory
    assert read_costs() == {SMALL: found}
    assert json.loads(json.dumps(figures.as_json()))["models"][0]["model"] == SMALL


def test_the_table_compares_with_the_first_model() -> None:
    slow = cost(LARGE, head_seconds=0.6, whole_seconds=4.0, whole_memory=None)
    text = measure_models.ModelFigures((cost(), slow)).as_text().splitlines()
    assert "4 crops of 224 px" in text[0]
    assert text[-1].split()[:5] == [LARGE, "3.0", "x", "10.0", "x"]
    assert "not known" in text[-1]
    assert "13 MB" in text[-2]


def test_a_model_that_fails_does_not_cost_the_others(
    report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(command: tuple[str, ...]) -> Any:
        code = "import sys; sys.exit(7)" if command[1] == LARGE else _writing(command)
        return real((code,))

    real = _runner()
    monkeypatch.setattr(measure_models, "_process", start)
    figures = measure_models.run(MeasureRequest((LARGE, SMALL)), report)
    assert [found.model for found in figures.costs] == [SMALL]
    (problem,) = figures.problems
    assert "ended with 7" in problem.message
    assert list(read_costs()) == [SMALL]


def test_a_stop_ends_the_process_and_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(Recorder):
        @property
        def stop_requested(self) -> bool:
            return sum(isinstance(event, Progress) for event in self.events) > 1

    def start(command: tuple[str, ...]) -> Any:
        code = "import time; time.sleep(60)" if command[1] == LARGE else _writing(command)
        return real((code,))

    real = _runner()
    monkeypatch.setattr(measure_models, "_process", start)
    figures = measure_models.run(MeasureRequest((SMALL, LARGE)), Impatient())
    assert figures.interrupted
    assert [found.model for found in figures.costs] == list(read_costs()) == [SMALL]


def _runner() -> Any:
    """The real way of running a process, with code in the place of a module."""
    real = measure_models._process
    return lambda command: real(("code", *command))


def _writing(command: tuple[str, ...]) -> str:
    """Code that writes a cost at once."""
    return f"open({command[-1]!r}, 'w').write({cost(command[1]).model_dump_json()!r})"


@pytest.fixture(autouse=True)
def runs_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `python -m code TEXT` stand for running a text."""
    popen = measure_models.subprocess.Popen

    def start(command: list[str], **rest: Any) -> Any:
        if command[2] == "code":
            command = [sys.executable, "-c", command[3]]
        return popen(command, **rest)

    monkeypatch.setattr(measure_models.subprocess, "Popen", start)


def test_costs_belong_to_a_computer_and_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_cost(cost())
    keep_cost(cost(LARGE))
    assert read_costs() == {SMALL: cost(), LARGE: cost(LARGE)}
    monkeypatch.setattr(model_costs.platform, "node", lambda: "another")
    assert read_costs() == {}


def test_the_device_measured_last_counts() -> None:
    keep_cost(cost(head_seconds=1.0))
    keep_cost(cost(device="GPU x", head_seconds=0.1))
    assert read_costs()[SMALL].device == "GPU x"
    keep_cost(cost(head_seconds=0.9))
    assert read_costs()[SMALL].head_seconds == 0.9


@pytest.mark.parametrize("content", [b"", b"[]", b'{"schema": 9}', b'{"schema": 1, "costs": 3}'])
def test_a_damaged_file_is_as_good_as_none(kept: Path, content: bytes) -> None:
    kept.parent.mkdir()
    kept.write_bytes(content)
    assert read_costs() == {}
    keep_cost(cost())
    assert read_costs() == {SMALL: cost()}


def test_the_best_turn_counts_and_the_first_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 0, 9, 9, 11, 11, 11, 14, 14])
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(measuring, "_SECONDS", 11.5)
    assert measuring._best(lambda: None, torch.device("cpu")) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="nothing tells there")
def test_peak_memory_grows_with_what_is_held() -> None:
    before = peak_memory()
    held = bytearray(before + 50_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert peak_memory() >= before + 40_000_000
