"""The contract of every loss, and each against its plain formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from segstudio.core.errors import UsageError
from segstudio.learning.class_weights import class_weights
from segstudio.learning.config import TrainConfig
from segstudio.learning.losses import LOSSES, Term, loss_terms
from segstudio.learning.losses.combining import build_loss
from segstudio.learning.losses.cross_entropy import Loss
from segstudio.learning.settings import parse_settings

NAMES = [entry.name for entry in LOSSES]
REGIONS = ["dice", "log_dice", "tversky", "jaccard"]
Logits = npt.NDArray[np.float64]
WEIGHTS = [None, [1.0, 2.0, 0.5]]


def build(name: str, weights: list[float] | None = None, **settings: float) -> Loss:
    config = TrainConfig.model_validate({"loss": name, **settings})
    return build_loss(config, None if weights is None else torch.tensor(weights))


@pytest.fixture(params=[*NAMES, "focal+dice", "2*log_dice+0.5*cross_entropy"])
def loss(request: pytest.FixtureRequest) -> Loss:
    return build(request.param, [1.0, 2.0, 0.5])


@pytest.fixture
def case() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 5, 7, generator=generator)
    truth = torch.randint(0, 3, (2, 5, 7), generator=generator)
    truth[0, :2] = 255
    return logits, truth


def test_perfect_prediction_costs_next_to_nothing(loss: Loss) -> None:
    truth = torch.arange(3).repeat(8).reshape(1, 4, 6)
    logits = 50.0 * torch.nn.functional.one_hot(truth, 3).permute(0, 3, 1, 2).float()
    assert loss(logits, truth) < 1e-3


def test_ignored_pixels_move_nothing(loss: Loss, case: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits, truth = case
    changed = logits.clone()
    changed[0, :, :2] += 100 * torch.randn(3, 2, 7)
    assert torch.equal(loss(logits, truth), loss(changed, truth))


def test_all_ignored_is_zero_with_a_gradient(loss: Loss) -> None:
    logits = torch.randn(2, 3, 4, 4, requires_grad=True)
    value = loss(logits, torch.full((2, 4, 4), 255))
    value.backward()
    assert value.item() == 0
    assert logits.grad is not None
    assert torch.count_nonzero(logits.grad) == 0


def test_batch_without_foreground_is_finite(loss: Loss) -> None:
    logits = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(2)).requires_grad_()
    value = loss(logits, torch.zeros(2, 4, 4, dtype=torch.int64))
    value.backward()
    assert logits.grad is not None
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


def test_gradient_is_finite(loss: Loss, case: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits = (case[0] * 1e3).requires_grad_()
    loss(logits, case[1]).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def plain_pixels(
    logits: npt.NDArray[np.float64],
    truth: npt.NDArray[np.int64],
    gamma: float,
    weights: list[float],
) -> float:
    """The weighted mean of -(1 - p)^gamma log p, pixel by pixel."""
    top = bottom = 0.0
    for b, y, x in np.ndindex(truth.shape):
        if truth[b, y, x] != 255:
            scores = np.exp(logits[b, :, y, x])
            chance = scores[truth[b, y, x]] / scores.sum()
            weight = weights[truth[b, y, x]]
            top -= weight * (1 - chance) ** gamma * np.log(chance)
            bottom += weight
    return top / bottom


def plain_region(
    logits: Logits, truth: npt.NDArray[np.int64], name: str, weights: list[float]
) -> float:
    """The textbook formula of each overlap loss, summed over the pixels of the batch."""
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    top = bottom = 0.0
    for c, weight in enumerate(weights):
        p, t = chances[:, c][truth != 255], (truth == c)[truth != 255]
        if not t.any():
            continue
        hit, extra, missed = (p * t).sum(), (p * ~t).sum(), ((1 - p) * t).sum()
        dice = (2 * hit + 1) / (p.sum() + t.sum() + 1)
        cost = {
            "dice": 1 - dice,
            "log_dice": -np.log(dice),
            "tversky": 1 - (hit + 1) / (hit + 0.2 * extra + 0.9 * missed + 1),
            "jaccard": 1 - (hit + 1) / (p.sum() + t.sum() - hit + 1),
        }[name]
        top, bottom = top + weight * cost, bottom + weight
    return top / bottom


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(("name", "gamma"), [("cross_entropy", 0), ("focal", 2), ("focal", 0.5)])
def test_pixel_losses_are_their_formula(
    name: str, gamma: float, weights: list[float] | None, case: tuple[torch.Tensor, torch.Tensor]
) -> None:
    logits, truth = case[0].double().numpy(), case[1].numpy()
    wanted = plain_pixels(logits, truth, gamma, weights or [1.0] * 3)
    assert build(name, weights, focal_gamma=gamma)(*case).item() == pytest.approx(wanted, rel=1e-5)


def test_focal_without_gamma_is_cross_entropy(case: tuple[torch.Tensor, torch.Tensor]) -> None:
    weights = [1.0, 2.0, 0.5]
    plain = build("cross_entropy", weights)(*case)
    assert torch.allclose(build("focal", weights, focal_gamma=0)(*case), plain)
    assert build("focal", weights)(*case) < plain


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", REGIONS)
def test_overlap_losses_are_their_formula_and_skip_absent_classes(
    name: str, weights: list[float] | None, case: tuple[torch.Tensor, torch.Tensor]
) -> None:
    ours = build(name, weights, tversky_alpha=0.2, tversky_beta=0.9)
    without = case[1].clone()
    without[without == 1] = 0
    for truth in (case[1], without):
        plain = plain_region(case[0].double().numpy(), truth.numpy(), name, weights or [1.0] * 3)
        assert ours(case[0], truth).item() == pytest.approx(plain, rel=1e-5)


def test_overlap_losses_equal_a_librarys_where_every_class_is_there(
    case: tuple[torch.Tensor, torch.Tensor],
) -> None:
    smp = pytest.importorskip("segmentation_models_pytorch.losses")
    logits, truth = case[0], case[1].clone()
    # It adds `smooth` to TP / (TP + FP / 2 + FN / 2), which is half of the usual 2 TP + 1.
    dice = smp.DiceLoss("multiclass", smooth=0.5, ignore_index=255)(logits, truth)
    assert torch.allclose(build("dice")(logits, truth), dice, rtol=1e-5)
    log_dice = smp.DiceLoss("multiclass", smooth=0.5, ignore_index=255, log_loss=True)
    assert torch.allclose(build("log_dice")(logits, truth), log_dice(logits, truth), rtol=1e-5)
    truth[truth == 255] = 2
    jaccard = smp.JaccardLoss("multiclass", smooth=1.0)(logits, truth)
    assert torch.allclose(build("jaccard")(logits, truth), jaccard, rtol=1e-5)
    tversky = smp.TverskyLoss("multiclass", smooth=1.0, alpha=0.2, beta=0.9)(logits, truth)
    ours = build("tversky", tversky_alpha=0.2, tversky_beta=0.9)(logits, truth)
    assert torch.allclose(ours, tversky, rtol=1e-5)


def test_tversky_says_which_mistake_is_worse() -> None:
    truth = torch.zeros(1, 4, 4, dtype=torch.int64)
    truth[:, :2] = 1
    misses = torch.full((1, 2, 4, 4), -9.0)
    misses[:, 0] = 9
    misses[:, 1, :1] = 18
    for name, worse in (("tversky_beta", 2.0), ("tversky_beta", 0.5)):
        loss = build("tversky", [0.0, 1.0], tversky_alpha=0.3, **{name: worse})(misses, truth)
        # Half of the 8 pixels of class 1 are missed, none is too many.
        assert loss.item() == pytest.approx(1 - 5 / (4 + worse * 4 + 1), rel=1e-3)


def test_a_sum_is_the_sum_of_its_parts(case: tuple[torch.Tensor, torch.Tensor]) -> None:
    total = build("1*cross_entropy+0.5*dice + focal")(*case)
    parts = [build(name)(*case) for name in ("cross_entropy", "dice", "focal")]
    assert torch.allclose(total, parts[0] + 0.5 * parts[1] + parts[2])


def test_sums_are_read() -> None:
    assert loss_terms("focal+dice") == (Term(1, "focal"), Term(1, "dice"))
    assert loss_terms(" 1 * cross_entropy + .5*dice") == (
        Term(1, "cross_entropy"),
        Term(0.5, "dice"),
    )
    assert TrainConfig(loss="0.5 * dice + focal").loss == "0.5*dice+focal"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("focal+dise", 'did you mean "dice"'),
        ("dice+", '"" is not a value'),
        ("-1*dice", '"-1" is not a share'),
        ("much*dice", '"much" is not a share'),
        ("0*dice", '"0" is not a share'),
        ("dice+2*dice", '"dice" stands in the sum twice'),
    ],
)
def test_sums_that_make_no_sense_are_wrong_usage(text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_settings("quick", None, [f"loss={text}"])
    assert told in error.value.what
    assert error.value.exit_code == 2


@pytest.mark.parametrize("name", NAMES)
def test_losses_compute_in_float32_under_autocast(
    name: str, case: tuple[torch.Tensor, torch.Tensor]
) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        short = build(name)(case[0].bfloat16(), case[1])
    assert short.dtype == torch.float32
    assert torch.allclose(short, build(name)(case[0].bfloat16().float(), case[1]))


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_that_of_small_differences(
    name: str, case: tuple[torch.Tensor, torch.Tensor]
) -> None:
    loss, step = build(name, [1.0, 2.0, 0.5]), 1e-2
    logits = case[0].clone().requires_grad_()
    loss(logits, case[1]).backward()
    assert logits.grad is not None
    for place in ((0, 1, 3, 2), (1, 0, 0, 0), (1, 2, 4, 6)):
        up, down = case[0].clone(), case[0].clone()
        up[place] += step
        down[place] -= step
        slope = (loss(up, case[1]) - loss(down, case[1])).item() / (2 * step)
        assert logits.grad[place].item() == pytest.approx(slope, rel=0.02, abs=2e-5)


@pytest.mark.parametrize("name", ["focal", "focal+dice"])
def test_certain_answers_have_a_gradient_whatever_gamma(name: str) -> None:
    truth = torch.zeros(1, 4, 4, dtype=torch.int64)
    logits = torch.zeros(1, 3, 4, 4)
    logits[:, 0] = 200
    logits.requires_grad_()
    build(name, focal_gamma=0.3)(logits, truth).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_inverse_weights_level_the_classes() -> None:
    pixels = np.array([900, 90, 30])
    weights = class_weights("inverse", pixels)
    assert weights is not None
    assert weights * pixels == pytest.approx((weights * pixels)[0])
    assert weights.mean() == pytest.approx(1)


@pytest.mark.parametrize("rule", ["inverse", "effective"])
def test_class_without_pixels_gets_no_infinite_weight(rule: str) -> None:
    weights = class_weights(rule, np.array([10_000, 0, 1]))
    assert weights is not None
    assert np.isfinite(weights).all()
    assert weights[1] == 0
    assert 1 < weights[2] / weights[0] <= 50.001


def test_effective_weights_favour_rare_classes_less_than_inverse_ones() -> None:
    pixels = np.array([8_000, 2_000])
    inverse, effective = class_weights("inverse", pixels), class_weights("effective", pixels)
    assert inverse is not None
    assert effective is not None
    assert 1 < effective[1] / effective[0] < inverse[1] / inverse[0]


def test_own_weights_are_taken_as_they_are() -> None:
    assert class_weights("none", np.array([1, 2])) is None
    assert class_weights((1.0, 3.0), np.array([1, 2])) == pytest.approx([1, 3])
