"""The strip of crops follows the settings while it is seen, off the GUI thread."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.learning.config.augmentation import AugmentationSettings

pytestmark = pytest.mark.gui
TITLE = AugmentationSettings.title


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "train")
    qtbot.waitUntil(lambda: not opened.runner.active)
    yield made
    made.close_page()


def unfold(page) -> None:
    page.setup.settings.set_open(True)
    page.setup.settings.form.fold(TITLE).set_open(True)


def test_crops_show_once_the_section_is_unfolded_and_follow_the_strengths(page, qtbot):
    strip = page._on_setup.crops
    assert not strip.isVisible()
    unfold(page)
    qtbot.waitUntil(lambda: strip.views[0].image() is not None)
    before = strip.views[0].image().copy()
    page.setup.settings.form.editor("color_jitter").setValue(1.0)
    qtbot.waitUntil(lambda: not np.array_equal(strip.views[0].image(), before))
    assert all(not view.isHidden() for view in strip.views)


def test_nothing_is_cut_while_nobody_looks(page, monkeypatch):
    asked = []
    monkeypatch.setattr(page._on_setup.crops._timer, "start", lambda: asked.append(1))
    page.setup.settings.form.editor("color_jitter").setValue(0.9)
    assert asked == []


def test_a_ready_set_fills_the_single_strengths(page, qtbot):
    form = page.setup.settings.form
    form.editor("augmentation").set_value("strong")
    form.editor("augmentation").picked.emit()
    config = form.config()
    assert (config.augmentation, config.rotate, config.scale_min) == ("strong", 10, 0.5)
    form.editor("rotate").setValue(3)
    assert form.config().rotate == 3
    form.editor("augmentation").set_value("usual")
    form.editor("augmentation").picked.emit()
    assert (form.config().rotate, form.config().scale_min) == (0, 0.75)
