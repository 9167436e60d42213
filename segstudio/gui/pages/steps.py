"""What each step of the work needs, told from the session alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segstudio.gui.session import Session

Kind = Literal["ready", "done", "blocked"]


@dataclass(frozen=True, slots=True)
class StepState:
    """Where a step stands: `note` is a few words for the rail.

    A blocked step says in `reason` what is missing, and in `cure` which page mends it.
    """

    kind: Kind
    note: str = ""
    reason: str = ""
    cure: str = ""


_NO_PROJECT = StepState(
    "blocked", "no project", "No project is open. Make one, open one, or try the sample.", "start"
)


def start_state(session: Session) -> StepState:
    """The start page is always ready."""
    project = session.project
    return StepState("done", project.name) if project is not None else StepState("ready")


def import_state(session: Session) -> StepState:
    """Importing needs a project."""
    if session.project is None:
        return _NO_PROJECT
    count = len(session.photos)
    return StepState("done", counted(count, "photo")) if count else StepState("ready", "no photos")


def classes_state(session: Session) -> StepState:
    """Classes come with the annotations."""
    if session.project is None:
        return _NO_PROJECT
    if not any(entry.annotated for entry in session.photos):
        return StepState(
            "blocked",
            "no outlines",
            "This project has no outlined photos yet. Import your CVAT or LabelMe export first.",
            "import",
        )
    trained = len(session.project.palette.trained)
    return StepState("done", counted(trained, "class", "classes"))


def explore_state(session: Session) -> StepState:
    """Exploring needs photos, outlined or not."""
    if session.project is None:
        return _NO_PROJECT
    if not session.photos:
        return StepState(
            "blocked", "no photos", "This project has no photos yet. Import some first.", "import"
        )
    return StepState("ready", "look around")


def split_state(session: Session) -> StepState:
    """Dealing photos out needs outlined ones."""
    before = classes_state(session)
    project = session.project
    if before.kind == "blocked" or project is None:
        return before
    return StepState("done", "locked") if project.split else StepState("ready", "not locked")


def train_state(session: Session) -> StepState:
    """Training needs outlined photos and two classes to tell apart."""
    before = classes_state(session)
    project = session.project
    if before.kind == "blocked" or project is None:
        return before
    if len(project.palette.trained) < 2:
        return StepState(
            "blocked",
            "one class",
            "A model needs at least two classes to tell apart, background included.",
            "classes",
        )
    if session.training:
        return StepState("ready", "training…")
    runs = sum(not run.purpose for run in project.runs())
    return StepState("done", counted(runs, "run")) if runs else StepState("ready", "not trained")


def review_state(session: Session) -> StepState:
    """Reviewing needs a run."""
    before = train_state(session)
    project = session.project
    if before.kind == "blocked" or project is None:
        return before
    if not any(run.has_checkpoint and not run.purpose for run in project.runs()):
        return StepState(
            "blocked", "no model", "There is no trained model to look at yet.", "train"
        )
    return StepState("ready", "see how good")


def studies_state(session: Session) -> StepState:
    """Training several times needs what training once needs."""
    before = train_state(session)
    return before if before.kind == "blocked" else StepState("ready", "how sure")


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 photo` or `1,204 photos`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
