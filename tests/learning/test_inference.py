"""Whole photos where memory suffices, parts of them where it does not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from learning.networks import Scarce, wrapped
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event
from segstudio.learning.inference import Forward

CPU = torch.device("cpu")


def photo(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, height, width)).astype(np.float32)


@pytest.mark.parametrize("shape", [(300, 500), (501, 299), (777, 700)])
def test_parts_give_what_the_whole_would_and_it_is_said_once(shape: tuple[int, int]) -> None:
    said: list[Event] = []
    model = wrapped(Scarce()).eval()
    whole = Forward(CPU, said.append).logits(model, photo(*shape))
    assert said == []
    model.net._most = shape[0] * shape[1] * 2 // 3
    forward = Forward(CPU, said.append)
    for _ in range(2):
        assert torch.allclose(forward.logits(model, photo(*shape)), whole, atol=1e-6)
        assert len(said) == 1


def test_no_memory_for_a_small_part_is_told_in_words() -> None:
    with pytest.raises(SegStudioError, match="not enough memory"):
        Forward(CPU, lambda event: None).logits(wrapped(Scarce(100)).eval(), photo(400, 300))


def test_other_failures_are_not_taken_for_lack_of_memory() -> None:
    with pytest.raises(RuntimeError, match="channels"):
        Forward(CPU, lambda event: None).logits(
            wrapped(Scarce()).eval(), np.zeros((5, 300, 300), np.float32)
        )
