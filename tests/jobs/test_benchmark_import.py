from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.jobs import benchmark_import


def test_both_ways_are_measured_on_the_same_work(report: Recorder) -> None:
    figures = benchmark_import.run(report, counts=(4,))
    (row,) = figures.rows
    assert row.annotations == 4
    assert row.ratio == pytest.approx(row.photos_per_second / row.plain_photos_per_second)
    assert "times as fast" in figures.as_text()
    assert figures.as_json()["rows"][0]["annotations"] == 4


def test_a_difference_between_the_two_ways_is_no_measurement(
    tmp_path: Path, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blank(_source: Path, out: Path) -> None:
        out.mkdir()
        Image.fromarray(np.zeros((960, 1280), np.uint8), mode="L").save(out / "000000.png")

    monkeypatch.setattr(benchmark_import, "plain_convert", blank)
    with pytest.raises(SegStudioError, match="000000"):
        benchmark_import.run(report, counts=(1,))
