"""The live curves: points, gaps, best mark, toggles; only numbers that came in events."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from segstudio.core.events import EpochDone, RunStarted, StepDone
from segstudio.gui.widgets.curves import CHECKING, MEAN, STEPS, TRAINING, TrainingCurves
from segstudio.gui.widgets.plot_colors import contrast, readable

pytestmark = pytest.mark.gui
STARTED = RunStarted("run", 10, 5, "cpu", ("sky", "ground"), 8, 2)
COLORS = {"sky": QColor("#56b4e9"), "ground": QColor("#009e73")}


def epoch(number: int, miou: float | None, best: tuple[int, float] | None = None) -> EpochDone:
    return EpochDone(
        epoch=number,
        train_loss=1.0 / number,
        val_loss=None if miou is None else 1.2 / number,
        val_miou=miou,
        class_iou=(None, None) if miou is None else (miou, None),
        seconds=1.0,
        lr=1e-3,
        best_epoch=best[0] if best else number,
        best_miou=best[1] if best else miou,
        epochs_without_gain=0,
        eta_seconds=None,
    )


@pytest.fixture
def curves(qtbot):
    widget = TrainingCurves()
    qtbot.addWidget(widget)
    widget.resize(900, 320)
    widget.show()
    widget.start(STARTED, COLORS)
    return widget


def points(plot, name):
    x, y = plot.series[name].points()
    return list(x), list(y)


def test_steps_lie_between_the_epochs_they_belong_to(curves):
    curves.add_step(StepDone(1, 1, 2.0, 1e-3, None))
    curves.add_step(StepDone(2, 10, 1.0, 1e-3, None))
    assert points(curves.loss_plot, STEPS) == ([0.2, 2.0], [2.0, 1.0])


@pytest.mark.parametrize("epochs", [1, 2, 3, 14, 200])
def test_only_whole_epochs_are_marked(curves, epochs):
    curves.start(replace(STARTED, epochs=epochs), COLORS)
    axis = curves.loss_plot.findChild(pg.PlotWidget).getPlotItem().getAxis("bottom")
    ticks = [x for _, level in axis.tickValues(-0.02, epochs, 800) for x in level]
    assert {0, epochs} <= set(ticks)
    assert all(x == int(x) for x in ticks)


def test_the_two_plots_stand_in_line(curves):
    tops = {
        plot.mapTo(curves, plot.rect().topLeft()).y()
        for plot in (curves.loss_plot, curves.iou_plot)
    }
    assert len(tops) == 1


def test_epochs_carry_losses_and_overlaps_with_gaps_where_a_class_is_not_there(curves):
    curves.add_epoch(epoch(1, 0.4))
    curves.add_epoch(epoch(2, 0.6))
    assert points(curves.loss_plot, TRAINING) == ([1, 2], [1.0, 0.5])
    assert points(curves.iou_plot, MEAN) == ([1, 2], [0.4, 0.6])
    assert points(curves.iou_plot, "sky")[1] == [0.4, 0.6]
    assert all(math.isnan(y) for y in points(curves.iou_plot, "ground")[1])


def test_without_validation_nothing_is_drawn_and_no_best_is_marked(curves):
    curves.add_epoch(epoch(1, None))
    curves.refresh()
    assert math.isnan(points(curves.loss_plot, CHECKING)[1][0])
    assert math.isnan(points(curves.iou_plot, MEAN)[1][0])
    assert curves.iou_plot.best_epoch is None


def test_the_best_mark_stays_at_the_best_epoch(curves):
    curves.add_epoch(epoch(1, 0.7, (1, 0.7)))
    assert curves.iou_plot.best_words == "best 0.70, epoch 1"
    curves.add_epoch(epoch(2, 0.5, (1, 0.7)))
    assert curves.iou_plot.best_epoch == 1
    assert curves.loss_plot.best_epoch == 1


def test_the_average_has_a_band_where_it_likely_lies_and_loses_it_with_its_chip(curves, qtbot):
    curves.add_epoch(replace(epoch(1, 0.4), val_miou_low=0.3, val_miou_high=0.55))
    curves.add_epoch(epoch(2, 0.6))
    curves.refresh()
    band = curves.iou_plot.band
    assert band.points == [(1, 0.3, 0.55)]
    qtbot.keyClick(curves.iou_legend.chip(MEAN), Qt.Key.Key_Space)
    assert not band.visible
    curves.start(STARTED, COLORS)
    assert band.points == []


def test_nothing_of_the_last_run_is_left_when_the_next_one_begins(curves, qtbot):
    for at in (1, 2, 3):
        curves.add_epoch(replace(epoch(at, 0.4), val_miou_low=0.3, val_miou_high=0.55))
    curves.refresh()
    band = curves.iou_plot.band
    assert not band._fill.path().isEmpty()
    curves.iou_legend.chip(MEAN).click()
    curves.start(STARTED, COLORS)
    assert band._fill.path().isEmpty()
    assert curves.iou_legend.chip(MEAN).isChecked()
    assert band.visible
    assert curves.iou_plot.series[MEAN].visible


def test_a_chip_hides_its_curve_by_keyboard(curves, qtbot):
    curves.add_epoch(epoch(1, 0.4))
    chip = curves.iou_legend.chip("sky")
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    assert not curves.iou_plot.series["sky"].visible
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    assert curves.iou_plot.series["sky"].visible


def test_a_new_run_begins_with_empty_curves_and_its_own_classes(curves):
    curves.add_epoch(epoch(1, 0.4))
    curves.start(RunStarted("next", 3, 5, "cpu", ("sea",), 8, 2), {})
    assert set(curves.iou_plot.series) == {MEAN, "sea"}
    assert points(curves.loss_plot, TRAINING) == ([], [])
    assert curves.iou_plot.best_epoch is None


def test_five_thousand_points_are_drawn_within_a_frame_or_two(curves):
    for step in range(1, 5001):
        curves.add_step(StepDone(1, step, 1.0 / step, 1e-3, None))
    began = time.perf_counter()
    curves.refresh()
    assert time.perf_counter() - began < 0.2
    assert len(points(curves.loss_plot, STEPS)[0]) == 5000


@pytest.mark.parametrize("ground", ["#222428", "#ffffff"])
@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#f0e442", "#332288"])
def test_class_colours_are_made_readable(color, ground):
    assert contrast(readable(QColor(color), QColor(ground)), QColor(ground)) > 2
