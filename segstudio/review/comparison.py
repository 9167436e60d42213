"""Two runs on the same photos: what differs, photo by photo, and whether that means anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstudio.core.bootstrap import VERY_FEW, Interval, paired
from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json
from segstudio.review.scores import MATRICES, matrix_of

SAME = 0.005
"""Differences below that are none: they would not show in two decimals."""
_MOST_NEEDED = 5000


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRun:
    """What a comparison needs of a run: its photos' matrices, and the photos it learned from."""

    name: str
    class_names: tuple[str, ...]
    photos: Mapping[str, ConfusionMatrix]
    learned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PhotoDifference:
    """One photo's mean overlaps in both runs; None where nothing in it could be scored."""

    photo: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float:
        """How much better the second run is; 0 where either has no score."""
        if self.first is None or self.second is None:
            return 0.0
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second run against the first; `interval` is that of the difference of the mIoUs.

    `photos` are sorted by rising difference; `left_out` says in words which are not compared.
    """

    first: str
    second: str
    first_miou: float
    second_miou: float
    interval: Interval | None
    classes: dict[str, tuple[float | None, float | None]]
    photos: tuple[PhotoDifference, ...]
    left_out: tuple[str, ...] = ()

    @property
    def difference(self) -> float:
        """How much better the second run is, over all photos together."""
        return self.second_miou - self.first_miou

    @property
    def better(self) -> int:
        """Photos on which the second run is better."""
        return sum(photo.difference >= SAME for photo in self.photos)

    @property
    def worse(self) -> int:
        """Photos on which the second run is worse."""
        return sum(photo.difference <= -SAME for photo in self.photos)

    @property
    def equal(self) -> bool:
        """Whether both runs have the same scores, for every class and on every photo."""
        pairs = [*self.classes.values(), *((one.first, one.second) for one in self.photos)]
        return all(first == second for first, second in pairs)

    @property
    def told_apart(self) -> bool:
        """Whether these photos suffice to say which run is better."""
        return (
            self.interval is not None
            and len(self.photos) >= VERY_FEW
            and not self.interval.low <= 0 <= self.interval.high
        )

    @property
    def needed(self) -> int | None:
        """About how many photos would show a difference of this size; None where there is none.

        The width of an interval falls with the root of the number of photos.
        """
        if self.interval is None or abs(self.difference) < SAME or self.told_apart:
            return None
        half = (self.interval.high - self.interval.low) / 2
        count = round(len(self.photos) * (half / self.difference) ** 2)
        return max(count, VERY_FEW) if count <= _MOST_NEEDED else None

    def sentence(self) -> str:
        """Return what the comparison says, in words."""
        count = len(self.photos)
        photos = "1 photo" if count == 1 else f"{count} photos"
        if self.equal:
            score = f"{self.second_miou:.2f} each on the same {photos}"
            return f"The two runs score alike: {score}, with no difference for any class or photo."
        scores = f"{self.second_miou:.2f} against {self.first_miou:.2f} on the same {photos}"
        if self.interval is not None:
            scores += f", a difference of {self.difference:+.2f}"
            scores += f" (likely {self.interval.low:+.2f} to {self.interval.high:+.2f})"
        each = f"Better on {self.better}, worse on {self.worse}."
        if self.told_apart:
            which = "better" if self.difference > 0 else "worse"
            return f"The second run is {which}: {scores}. {each}"
        if count < VERY_FEW:
            few = f"{photos} {'is' if count == 1 else 'are'} too few to be sure which run is better"
            return f"{few}: {scores}. {each}"
        needed = self.needed
        more = f" About {needed} photos would be needed to be sure." if needed else ""
        return f"These {photos} cannot tell the two runs apart: {scores}. {each}{more}"

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "first": self.first,
            "second": self.second,
            "miou": [self.first_miou, self.second_miou],
            "difference": self.difference,
            "interval": self.interval.as_json() if self.interval else None,
            "told_apart": self.told_apart,
            "photos_needed": self.needed,
            "better": self.better,
            "worse": self.worse,
            "sentence": self.sentence(),
            "left_out": list(self.left_out),
            "classes": {name: list(pair) for name, pair in self.classes.items()},
            "photos": [
                {"photo": one.photo, "miou": [one.first, one.second], "difference": one.difference}
                for one in self.photos
            ],
        }

    def as_text(self) -> str:
        """Return the comparison for the terminal, the photos that lost most first."""
        width = max([len("photo"), *(len(one.photo) for one in self.photos)])
        names = max([len("class"), *map(len, self.classes)])
        return "\n".join(
            [
                f"First:  {self.first}",
                f"Second: {self.second}",
                self.sentence(),
                *self.left_out,
                f"{'class':<{names}}   first  second",
                *(
                    f"{name:<{names}}  {_shown(one)}  {_shown(other)}"
                    for name, (one, other) in self.classes.items()
                ),
                f"{'photo':<{width}}   first  second  difference",
                *(
                    f"{one.photo:<{width}}  {_shown(one.first)}  {_shown(one.second)}"
                    f"  {one.difference:+10.3f}"
                    for one in self.photos
                ),
            ]
        )


def load_scored(run_folder: Path, learned: frozenset[str] = frozenset()) -> ScoredRun:
    """Read a run's matrices; SegStudioError where they are missing or damaged."""
    path = run_folder / MATRICES
    remedy = f"Score it: segstudio evaluate PROJECT --run {run_folder.name}."
    if not path.is_file():
        raise SegStudioError(
            f"The run {run_folder.name} has no scores per photo to compare.",
            meaning="It was never scored, or an older SegStudio did it.",
            remedy=remedy,
        )
    try:
        kept: Any = read_json(path)
        names = tuple(map(str, kept["classes"]))
        photos = {str(key): matrix_of(rows, len(names)) for key, rows in kept["photos"].items()}
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise SegStudioError(
            f"The scores per photo {path} cannot be read.",
            meaning="The file is damaged, or a newer SegStudio wrote it.",
            remedy=remedy,
        ) from error
    return ScoredRun(run_folder.name, names, photos, learned)


def compare(first: ScoredRun, second: ScoredRun) -> Comparison:
    """Compare two runs on the photos that both were scored on and neither learned from.

    Raises SegStudioError where the classes differ or no photo is left.
    """
    if first.class_names != second.class_names:
        raise SegStudioError(
            "The two runs know different classes.",
            meaning=f"{first.name} was scored with {', '.join(first.class_names)}; {second.name} "
            f"with {', '.join(second.class_names)}.",
            remedy="Compare runs that were trained and scored with the same classes.",
        )
    names, left_out = _comparable(first, second)
    ones = [first.photos[name] for name in names]
    others = [second.photos[name] for name in names]
    zeros = ConfusionMatrix.zeros(len(first.class_names))
    total, other_total = sum(ones, zeros), sum(others, zeros)
    pairs = zip(names, ones, others, strict=True)
    photos = [PhotoDifference(name, one.miou(), other.miou()) for name, one, other in pairs]
    ious = zip(total.iou(), other_total.iou(), strict=True)
    return Comparison(
        first=first.name,
        second=second.name,
        first_miou=total.miou() or 0.0,
        second_miou=other_total.miou() or 0.0,
        interval=paired(ones, others),
        classes=dict(zip(first.class_names, ious, strict=True)),
        photos=tuple(sorted(photos, key=lambda one: (one.difference, one.photo))),
        left_out=left_out,
    )


def _comparable(first: ScoredRun, second: ScoredRun) -> tuple[list[str], tuple[str, ...]]:
    """Return the photos that can be compared fairly, and in words which cannot."""
    common = sorted(first.photos.keys() & second.photos.keys())
    one_only = len(first.photos.keys() ^ second.photos.keys())
    unseen = [name for name in common if name not in first.learned | second.learned]
    alike = [name for name in unseen if _same_truth(first.photos[name], second.photos[name])]
    counts = (
        (one_only, "that only one of the runs was scored on"),
        (len(common) - len(unseen), "that one of the runs learned from"),
        (len(unseen) - len(alike), "outlined anew in between"),
    )
    words = tuple(_left_out(count, why) for count, why in counts if count)
    if not any(first.photos[name].counts.any() for name in alike):
        raise SegStudioError(
            "The two runs have no photo in common that can be compared.",
            meaning=" ".join(words) or "Nothing on these photos could be scored.",
            remedy="Score both runs on the same photos, which neither of them learned from.",
        )
    return alike, words


def _same_truth(one: ConfusionMatrix, other: ConfusionMatrix) -> bool:
    return bool((one.counts.sum(1) == other.counts.sum(1)).all())


def _left_out(count: int, why: str) -> str:
    photos = "1 photo" if count == 1 else f"{count} photos"
    return f"Not compared: {photos} {why}."


def _shown(score: float | None) -> str:
    return "     -" if score is None else f"{score:6.3f}"
