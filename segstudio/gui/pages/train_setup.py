"""The first half of the train page: what to start, and what speaks for and against it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstudio.core.errors import WeightsError
from segstudio.gui.pages.train_runs import RunList
from segstudio.gui.pages.train_settings import TrainSettings
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.findings import FindingsList
from segstudio.gui.widgets.outlook import Outlook
from segstudio.gui.widgets.preset_cards import PresetCards
from segstudio.gui.widgets.scrolled import Scrolled
from segstudio.gui.widgets.weights_choice import PRETRAINED, SCRATCH, WeightsChoice
from segstudio.gui.widgets.weights_trouble import WeightsTrouble
from segstudio.gui.widgets.words import VALIDATION, duration, what_learns
from segstudio.jobs.estimate import StoredFeatures
from segstudio.jobs.preflight import Preflight
from segstudio.learning.config import TrainConfig
from segstudio.learning.models import model_named
from segstudio.learning.presets import PRESETS, preset_named
from segstudio.project.entries import TrainingChoice

_USUAL = "normal"
UNKNOWN_TIME = "time not known yet"
_TIME_TIP = (
    "Told from earlier runs on this computer with the same model and photos of this project."
)
_UNKNOWN_TIP = (
    "No run of this kind was made here yet, and a guess would be worth nothing. A minute after the "
    "start the time left is measured and shown; from then on this card knows it too."
)


class TrainSetup(QWidget):
    """Presets, what to start from, advanced settings; findings, the Train button, earlier runs."""

    start_clicked = Signal()
    config_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.presets = PresetCards()
        self.weights = WeightsChoice()
        self.findings = FindingsList()
        self.train_button = button("Train", role="primary", size="large")
        self.train_button.setToolTip("Start training (F5)")
        self.trouble = WeightsTrouble()
        self.outlook = Outlook()
        self.settings = TrainSettings()
        self.runs = RunList()
        self._base = TrainConfig()
        self._busy = False
        self._lay_out()
        for preset in PRESETS:
            self.presets.add(preset.name, preset.title, preset.note)
        self.presets.choose(_USUAL)
        self._take_preset()
        self._connect()

    # What is chosen

    def config(self) -> TrainConfig | None:
        """Return the settings as chosen; None where they contradict, which the form then shows."""
        config = self.valid_config()
        if config is None:
            self.settings.set_open(True)
        return config

    def valid_config(self) -> TrainConfig | None:
        """Return the settings as chosen, None where they contradict; shows nothing."""
        return self.settings.form.config()

    @property
    def choice(self) -> TrainingChoice:
        """The preset and the weights as chosen."""
        return TrainingChoice(preset=self.presets.current, weights=self.weights.value)

    def set_choice(self, choice: TrainingChoice | None) -> None:
        """Choose a preset and weights, the usual ones for None; edits by hand are forgotten."""
        usual = TrainingChoice(preset=_USUAL, weights=PRETRAINED)
        known = {preset.name for preset in PRESETS}
        wanted = choice if choice is not None and choice.preset in known else usual
        self.weights.set_value(wanted.weights)
        self.presets.choose(wanted.preset)
        self._take_preset()

    def set_times(self, seconds: dict[str, float | None]) -> None:
        """Show per preset how long it takes; None where that was not measured yet."""
        for name, time in seconds.items():
            card = self.presets.card(name)
            card.set_time(UNKNOWN_TIME if time is None else duration(time))
            card.setToolTip(_UNKNOWN_TIP if time is None else _TIME_TIP)

    def preset_config(self, name: str) -> TrainConfig:
        """Return what a preset would train with the weights as chosen."""
        return preset_named(name).config_for(self.weights.value)

    # What is shown

    def show_preflight(self, preflight: Preflight) -> None:
        """Show the findings; an error among them forbids to start."""
        self.findings.show_preflight(preflight)
        self._allow()

    def show_stored(self, stored: StoredFeatures | None) -> None:
        """Show what stored features take; where they must be stored and cannot, forbid to start."""
        self.findings.show_stored(stored)
        self._allow()

    def set_busy(self, busy: bool) -> None:
        """Forbid to start while another job runs."""
        self._busy = busy
        self.settings.cost.set_busy(busy)
        self._allow()

    def show_trouble(self, error: WeightsError | None) -> None:
        """Show why the weights could not be had, with the ways on; None hides it."""
        self.trouble.tell(error)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the outlook where there is room for it."""
        super().resizeEvent(event)
        self._make_room()

    # Inside

    def _allow(self) -> None:
        self.train_button.setEnabled(not self.findings.forbid and not self._busy)

    def _connect(self) -> None:
        self.train_button.clicked.connect(self.start_clicked)
        self.presets.chosen.connect(self._take_preset)
        self.weights.changed.connect(self._take_weights)
        self.settings.changed.connect(self._show_model)
        self.settings.changed.connect(self.config_changed)
        self.settings.unfolded.connect(self._make_room)
        self.trouble.file_clicked.connect(self._take_file)
        self.trouble.scratch_clicked.connect(self._take_scratch)
        self.trouble.again_clicked.connect(self._try_again)

    def _take_preset(self) -> None:
        self._set_base(self.preset_config(self.presets.current), {})

    def _take_weights(self) -> None:
        """Take what the preset says for other weights; what was edited by hand stays."""
        before = self._base.model_dump()
        edited = {k: v for k, v in self.settings.form.values().items() if v != before[k]}
        self._set_base(self.preset_config(self.presets.current), edited)

    def _set_base(self, base: TrainConfig, edited: dict[str, Any]) -> None:
        self._base = base
        config = base.model_copy(update=edited)
        self.settings.form.set_config(config, base)
        self._show_model()
        self.config_changed.emit()

    def _show_model(self) -> None:
        """Tell what the chosen model knows at the start, what of it learns and what it costs."""
        config = self.valid_config()
        if config is not None:
            self.settings.cost.show_model(config.model)
            self.weights.set_published(model_named(config.model).weights)
            self._start_from.setToolTip(what_learns(config.train_layers))

    def _make_room(self) -> None:
        """Leave the height to what the user is at; the outlook shows while nothing needs it."""
        above = max(part.sizeHint().height() for part in self._parts)
        needed = above + 2 * GRID + self.outlook.minimumSizeHint().height()
        room = self.height() >= needed and self.trouble.isHidden()
        self.outlook.setVisible(room and not self.settings.open)

    def _take_file(self) -> None:
        self.weights.choose_file()
        self.show_trouble(None)

    def _take_scratch(self) -> None:
        self.weights.set_value(SCRATCH)
        self.show_trouble(None)

    def _try_again(self) -> None:
        self.show_trouble(None)
        self.start_clicked.emit()

    def _lay_out(self) -> None:
        self._start_from, inside = card()
        inside.addWidget(self.weights)
        left = column(
            self.trouble,
            label("How long may it take?", "heading"),
            self.presets,
            _gap(),
            label("What does the model know at the start?", "heading"),
            self._start_from,
            self.settings,
            spacing=GRID + 4,
        )
        left.addStretch(1)
        holder = QWidget()
        left.setContentsMargins(0, 0, GRID, 0)
        holder.setLayout(left)
        self._parts = (Scrolled(holder), self._right())
        top = row(*self._parts, spacing=2 * GRID)
        top.setStretch(0, 3)
        top.setStretch(1, 2)
        outer = column(top, spacing=2 * GRID)
        outer.addWidget(self.outlook, 1)
        self.setLayout(outer)

    def _large_button(self) -> QWidget:
        """Return the Train button in a frame that makes it tall, whatever the style sheet says."""
        holder = QWidget()
        holder.setFixedHeight(7 * GRID)
        inside = row(self.train_button)
        self.train_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        holder.setLayout(inside)
        return holder

    def _right(self) -> QWidget:
        title = label("Before you start", "heading")
        title.setToolTip(VALIDATION)
        box, inside = card()
        inside.addWidget(self.findings)
        side = column(title, box, self._large_button(), spacing=GRID + 4)
        side.addSpacing(GRID)
        side.addWidget(self.runs)
        side.addStretch(1)
        side.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        holder.setLayout(side)
        return Scrolled(holder)


def _gap() -> QWidget:
    """Return the space between two sections."""
    made = QWidget()
    made.setFixedHeight(GRID // 2)
    return made
