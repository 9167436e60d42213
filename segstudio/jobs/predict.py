"""The job that labels photos with a trained model and writes the results as files."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import Message, ProblemFound, Progress, Reporter
from segstudio.core.files import check_writable, write_atomic, write_json
from segstudio.core.label_image import encode_label
from segstudio.core.overlay import blend, colorize
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.jobs.predict_inputs import InputPhoto, find_photos
from segstudio.photos.reader import read_photo
from segstudio.project.manifest import MANIFEST
from segstudio.project.project import Project

if TYPE_CHECKING:
    from segstudio.learning.predictor import Predictor

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Writer:
    """One kind of result: the suffix of its files and how one is made.

    `encode` gets the photo, uint8 (H, W, 3) RGB, its label image, uint8 (H, W), and the palette.
    """

    suffix: str
    encode: Callable[[Bytes, Bytes, Palette], bytes]


def _labels(photo: Bytes, label: Bytes, palette: Palette) -> bytes:
    return encode_label(label, palette)


def _colour(photo: Bytes, label: Bytes, palette: Palette) -> bytes:
    return _encoded(".png", colorize(label, palette), [])


def _overlay(photo: Bytes, label: Bytes, palette: Palette) -> bytes:
    return _encoded(".jpg", blend(photo, label, palette), [cv2.IMWRITE_JPEG_QUALITY, 90])


def _encoded(suffix: str, picture: Bytes, settings: list[int]) -> bytes:
    """Encode uint8 (H, W, 3) RGB as a picture file."""
    done, data = cv2.imencode(suffix, picture[..., ::-1], settings)
    if not done:
        raise SegStudioError(f"A picture of {picture.shape} could not be written as {suffix}.")
    return data.tobytes()


WRITERS: dict[str, Writer] = {
    "labels": Writer(".png", _labels),
    "colour": Writer(".png", _colour),
    "overlay": Writer(".jpg", _overlay),
}
"""What can be written, each kind into a folder of its name. To add one: one line here."""


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """What to label with which model: a project (its best run), a run's folder or a model file."""

    model: Path
    inputs: tuple[Path, ...]
    out: Path
    write: tuple[str, ...] = ("labels", "overlay")
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class PredictItem:
    """One photo's outcome: `predicted` or `skipped`, and its files relative to the out folder."""

    photo: str
    status: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class PredictResult:
    """What became of every photo."""

    model: str
    out: Path
    items: tuple[PredictItem, ...]
    problems: tuple[Problem, ...]
    interrupted: bool = False

    @property
    def predicted(self) -> int:
        """How many photos were labelled."""
        return sum(item.status == "predicted" for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints and that report.json holds."""
        return {
            "model": self.model,
            "photos": len(self.items),
            "predicted": self.predicted,
            "skipped": len(self.items) - self.predicted,
            "items": [asdict(item) for item in self.items],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return one sentence for the terminal."""
        skipped = len(self.items) - self.predicted
        left = f", {skipped} skipped" if skipped else ""
        return f"Labelled {self.predicted} of {len(self.items)} photos{left}: {self.out}"


def run(request: PredictRequest, report: Reporter) -> PredictResult:
    """Label photos and write the results, with palette.json and report.json beside them.

    A photo that cannot be read is listed as a problem. Raises UsageError for an unknown kind of
    result, SegStudioError where model or photos are not there.
    """
    from segstudio.learning.predictor import Predictor

    _check_kinds(request.write)
    if (request.out / MANIFEST).is_file():
        raise UsageError(
            f"{request.out} is a project, and predictions would replace its label images.",
            remedy="Choose another folder for --out, such as one in the project.",
        )
    model = find_model(request.model)
    folders = [(request.out / kind).resolve() for kind in WRITERS]
    found = find_photos(request.inputs, folders)
    if found.earlier_results:
        report(Message(f"{found.earlier_results} results of an earlier prediction are left out."))
    if not found.photos:
        raise SegStudioError(
            "There is no photo to label in what was given.",
            remedy="Name photos, or folders that hold some.",
        )
    for problem in found.problems:
        report(ProblemFound(problem))
    predictor = Predictor.load(model, request.device, report)
    check_writable(request.out / "report.json")
    items: list[PredictItem] = []
    problems = list(found.problems)
    for done, photo in enumerate(found.photos, 1):
        if report.stop_requested:
            break
        try:
            files = _label(photo, predictor, request)
            items.append(PredictItem(str(photo.path), "predicted", files))
        except SegStudioError as error:
            problems.append(Problem("error", str(photo.path), f"Skipped: {error.what}"))
            report(ProblemFound(problems[-1]))
            items.append(PredictItem(str(photo.path), "skipped", {}))
        report(Progress("Labelling photos", done, len(found.photos), photo.path.name))
    interrupted = len(items) < len(found.photos)
    result = PredictResult(str(model), request.out, tuple(items), tuple(problems), interrupted)
    predictor.palette.save(request.out / "palette.json")
    write_json(request.out / "report.json", result.as_json())
    return result


def find_model(given: Path) -> Path:
    """Return the model file of a project (its best run), of a run's folder, or the file itself.

    Raises UsageError where it is none of these.
    """
    if given.is_file():
        return given
    if (given / "best.safetensors").is_file():
        return given / "best.safetensors"
    if (given / MANIFEST).is_file():
        with Project.open(given, write=False) as project:
            return project.run("best").path / "best.safetensors"
    raise UsageError(
        f"{given} is neither a project, nor a run's folder, nor a model file.",
        remedy="Name a project that was trained, runs/<run> in it, or a .safetensors file.",
    )


def _check_kinds(kinds: tuple[str, ...]) -> None:
    """Refuse kinds of results that do not exist, naming the nearest."""
    wrong = [kind for kind in kinds if kind not in WRITERS]
    if wrong or not kinds:
        meant = difflib.get_close_matches(wrong[0] if wrong else "", WRITERS, n=1)
        hint = f' Did you mean "{meant[0]}"?' if meant else ""
        raise UsageError(
            f"These cannot be written: {', '.join(wrong) or 'nothing was asked for'}.{hint}",
            remedy=f"Choose from {', '.join(WRITERS)}.",
        )


def _label(photo: InputPhoto, predictor: Predictor, request: PredictRequest) -> dict[str, str]:
    """Label one photo and write the wanted kinds; return the files relative to the out folder."""
    pixels = read_photo(photo.path)
    label = predictor.predict(pixels).label
    files = {}
    for kind in request.write:
        writer = WRITERS[kind]
        relative = PurePosixPath(kind) / f"{photo.name}{writer.suffix}"
        write_atomic(request.out / relative, writer.encode(pixels, label, predictor.palette))
        files[kind] = str(relative)
    return files
