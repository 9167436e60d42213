"""What can be done with a run that ended: continue it, begin anew from its model, discard it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from segstudio.gui.pages.train_setup import TrainSetup
from segstudio.gui.session import Session
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, row
from segstudio.jobs.train import TrainRequest
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import RunInfo
from segstudio.project.runs import discard_run

_CONTINUE_TIP = "Goes on where this run stopped, with its own settings and photos"
_ENDED_TIP = "This run went to its end; start a new one from its model instead"
_FROM_TIP = "Begins a new run, with the settings as chosen, from what this one has learned"


class RunVerbs(QWidget):
    """The buttons for the run that is shown; each signal carries its name."""

    continue_clicked = Signal(str)
    from_clicked = Signal(str)
    discard_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.run: RunInfo | None = None
        self.go_on = button("Continue this run", icon_name="play")
        self.begin = button("Start new from this model", icon_name="train", tip=_FROM_TIP)
        self.discard = button("Discard run", icon_name="remove")
        self.discard.setToolTip("Moves the run into the project's folder `trash`; asks first")
        line = row(self.go_on, self.begin, self.discard, spacing=GRID)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        for made, signal in (
            (self.go_on, self.continue_clicked),
            (self.begin, self.from_clicked),
            (self.discard, self.discard_clicked),
        ):
            made.clicked.connect(lambda _=False, signal=signal: signal.emit(self._name))
        self.show_run(None)

    def show_run(self, run: RunInfo | None) -> None:
        """Offer what can be done with this run; nothing for None."""
        self.run = run
        self.setVisible(run is not None)
        if run is not None:
            open_end = run.status != "completed" and (run.path / "last.pt").is_file()
            self.go_on.setEnabled(open_end)
            self.go_on.setToolTip(_CONTINUE_TIP if open_end else _ENDED_TIP)
            self.begin.setEnabled(run.has_checkpoint)

    @property
    def _name(self) -> str:
        return self.run.name if self.run is not None else ""


class RunActions(QObject):
    """Does what the buttons say; a training that is wanted goes out as its request."""

    wanted = Signal(object)
    discarded = Signal()

    def __init__(self, session: Session, setup: TrainSetup, verbs: RunVerbs) -> None:
        super().__init__(verbs)
        self._session, self._setup, self._verbs = session, setup, verbs
        verbs.continue_clicked.connect(self.go_on)
        verbs.from_clicked.connect(self.begin_from)
        verbs.discard_clicked.connect(self.ask_and_discard)

    def go_on(self, run: str) -> None:
        """Continue a run with its own settings."""
        project = self._session.project
        if project is not None:
            config = self._setup.valid_config() or TrainConfig()
            self.wanted.emit(TrainRequest(project, config, resume=run))

    def begin_from(self, run: str) -> None:
        """Start a new run, with the settings as chosen, from another one's model."""
        project, config = self._session.project, self._setup.config()
        if project is None or config is None:
            return
        config = config.model_copy(update={"model": project.run(run).model})
        self.wanted.emit(TrainRequest(project, config, start_from=run))

    def ask_and_discard(self, run: str) -> None:
        """Throw a run away, where the user means it."""
        if ask_discard(self._verbs, running=False):
            self.discard(run)

    def discard(self, run: str) -> None:
        """Move a run into the trash."""
        project = self._session.project
        if project is not None:
            discard_run(project.root / "runs", run)
            self.discarded.emit()
            self._session.note_runs()


def ask_discard(parent: QWidget, *, running: bool) -> bool:
    """Ask whether a run is to be thrown away."""
    box = QMessageBox(parent)
    box.setWindowTitle("Discard this run?")
    box.setText("Discard this run and its model?")
    stops = "The training stops. " if running else ""
    box.setInformativeText(
        f"{stops}Its folder moves into the project's folder trash, where you can still get it "
        "back or delete it."
    )
    discard = box.addButton("Discard run", QMessageBox.ButtonRole.DestructiveRole)
    back = box.addButton("Go back", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(back)
    box.setEscapeButton(back)
    box.exec()
    return box.clickedButton() is discard
