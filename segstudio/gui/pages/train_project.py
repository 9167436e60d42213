"""What the choices of the train page mean for the open project: outlook, times, runs, crops."""

from __future__ import annotations

from PySide6.QtCore import QObject

from segstudio.gui.pages.train_setup import TrainSetup
from segstudio.gui.session import Session
from segstudio.gui.widgets.crop_strip import CropStrip
from segstudio.jobs import estimate
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.presets import PRESETS
from segstudio.project.entries import TrainingChoice
from segstudio.project.project import Project


class ProjectOnSetup(QObject):
    """Keeps the first half of the train page true to the project."""

    def __init__(self, session: Session, setup: TrainSetup) -> None:
        super().__init__(setup)
        self._session, self._setup = session, setup
        # What was last shown of a project: a choice made since then is the user's.
        self._shown: tuple[Project, TrainingChoice | None] | None = None
        self.crops = CropStrip(self._chosen)
        setup.settings.form.place_in(AugmentationSettings.title, self.crops)
        setup.config_changed.connect(self.show_times)
        setup.config_changed.connect(self.show_outlook)
        setup.config_changed.connect(self.crops.ask)
        session.runs_changed.connect(self.show_runs)

    def show_choice(self) -> None:
        """Show what the project was last trained with, or is meant to be, once."""
        project = self._session.project
        if project is not None and (project, project.training_choice) != self._shown:
            self._shown = (project, project.training_choice)
            self._setup.set_choice(project.training_choice)

    def keep_choice(self, project: Project) -> None:
        """Remember in the project what is chosen."""
        project.set_training_choice(self._setup.choice)
        self._shown = (project, project.training_choice)

    def show_outlook(self) -> None:
        """Say what a training will do on how many photos."""
        chosen = self._chosen()
        if chosen is not None:
            project, config = chosen
            counts = project.split.counts() if project.split is not None else None
            train, val = (counts["train"], counts["val"]) if counts else (None, None)
            self._setup.outlook.tell(config, train, val)
            self._setup.show_stored(estimate.stored_features(project, config))

    def show_runs(self) -> None:
        """List the runs of the project."""
        project = self._session.project
        found = project.runs() if project is not None else ()
        self._setup.runs.show_runs(tuple(run for run in found if not run.purpose))
        self.show_times()

    def show_times(self) -> None:
        """Say per preset how long it takes."""
        project = self._session.project
        if project is not None:
            configs = {p.name: self._setup.preset_config(p.name) for p in PRESETS}
            times = {name: estimate.seconds(project, own) for name, own in configs.items()}
            self._setup.set_times(times)

    def _chosen(self) -> tuple[Project, TrainConfig] | None:
        """Return the project and the settings as chosen, None where one is missing."""
        project, config = self._session.project, self._setup.valid_config()
        return (project, config) if project is not None and config is not None else None
