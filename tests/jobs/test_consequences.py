from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder, make_tiny_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segstudio.core.annotation import IGNORE_LABEL, Annotation, Box, Shape
from segstudio.core.events import ChangeCounted, ProblemFound
from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.core.rasterize import rasterize
from segstudio.jobs import consequences
from segstudio.jobs.burn import burn
from segstudio.jobs.consequences import ChangeCounter
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

NAMES = ("background", "sky", "sea", "sand", "boat")
SIZE = (40, 30)


def started() -> Palette:
    return Palette(
        classes=tuple(
            PaletteClass(id=i, name=name, color=f"#{i * 40:02x}0000")
            for i, name in enumerate(NAMES)
        )
    )


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Eight photos of boxes that lie over each other, some to be ignored, some unknown."""
    project = Project.create(tmp_path_factory.mktemp("coast") / "p", started())
    rng = np.random.default_rng(11)
    rows = []
    for number in range(8):
        chosen = rng.choice([*NAMES, IGNORE_LABEL, "kite"], size=rng.integers(0, 7))
        shapes = tuple(
            Shape(str(name), Box(x, y, x + w, y + h), z_order=int(rng.integers(0, 2)))
            for name, (x, y, w, h) in zip(
                chosen, rng.integers(4, 22, (len(chosen), 4)).tolist(), strict=True
            )
        )
        entry = PhotoEntry(
            name=f"{number}.png", path="x", width=SIZE[0], height=SIZE[1], annotated=True, digest=""
        )
        rows.append((entry, Annotation(entry.name, *SIZE, shapes, "s")))
    project.store(rows)
    yield project
    project.close()


def edits() -> st.SearchStrategy[tuple[str, int, int]]:
    kinds = st.sampled_from(["order", "merge", "background", "alias", "remove", "colour", "name"])
    return st.tuples(kinds, st.integers(0, 4), st.integers(0, 10_000))


def edited(palette: Palette, edit: tuple[str, int, int]) -> Palette:
    """The palette after an edit; one that cannot be made leaves it."""
    kind, class_id, seed = edit
    targets = [None, IGNORE, *(e.id for e in palette.trained if e.id != class_id)]
    if all(entry.id != class_id for entry in palette.classes):
        return palette
    match kind:
        case "order":
            ids = [entry.id for entry in palette.classes]
            return palette.ordered(np.random.default_rng(seed).permutation(ids).tolist())
        case "merge":
            return palette.merged(class_id, targets[seed % len(targets)])
        case "background":
            return palette.with_background(IGNORE if seed % 3 == 0 else class_id)
        case "alias":
            return palette.with_aliases(class_id, () if palette.find("kite") else ("kite",))
        case "remove" if class_id not in (palette.background, 0):
            return palette.without(class_id)
        case "colour":
            return palette.recolored(class_id, f"#{seed:06x}")
        case "name":
            return palette.renamed(class_id, f"{palette.name_of(class_id)}'")
    return palette


def expected(project: Project, before: Palette, after: Palette) -> ChangeCounted:
    """Burn everything with both palettes and compare."""
    lost, gained, whole = Counter[int](), Counter[int](), Counter[int]()
    photos = 0
    for entry in project.photos:
        annotation = project.annotation(entry)
        assert annotation is not None
        size = (entry.width, entry.height)
        one, two = (rasterize(annotation, p, size).label for p in (before, after))
        differs = one != two
        photos += bool(differs.any())
        lost.update(one[differs].tolist())
        gained.update(two[differs].tolist())
        whole.update(one.ravel().tolist())
    total = len(project.photos)
    return ChangeCounted(lost.total(), photos, total, total, whole if photos else {}, lost, gained)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits(), max_size=3), st.lists(edits(), max_size=2), edits(), st.booleans())
def test_what_is_told_is_what_burning_both_and_comparing_gives(
    coast: Project,
    burnt: list[tuple[str, int, int]],
    pending: list[tuple[str, int, int]],
    last: tuple[str, int, int],
    in_doubt: bool,
) -> None:
    palette = started()
    for edit in burnt:
        palette = edited(palette, edit)
    coast.set_palette(palette, "Edit")
    burn(coast, Recorder())
    if in_doubt:
        coast.mark_labels(None)
    for edit in pending:
        palette = edited(palette, edit)
    after = edited(palette, last)
    *_, told = ChangeCounter(coast).count(palette, after, Recorder())
    wanted = expected(coast, palette, after)
    assert told == wanted


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The photos that were painted anew."""
    names: list[str] = []

    def watched(annotation: Annotation, *rest: object) -> object:
        names.append(annotation.photo)
        return rasterize(annotation, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(consequences, "rasterize", watched)
    return names


def test_only_photos_whose_order_changes_are_painted(
    coast: Project, painted: list[str], report: Recorder
) -> None:
    before = started().ordered([0, 1, 2, 3, 4])
    coast.set_palette(before, "Order")
    burn(coast, report)
    counter = ChangeCounter(coast)
    for after in (
        before.merged(3, 2),
        before.merged(1, IGNORE),
        before.with_background(IGNORE).merged(0, IGNORE),
        before.recolored(1, "#abcdef").renamed(2, "ocean"),
    ):
        *_, told = counter.count(before, after, report)
        assert told == expected(coast, before, after)
    assert painted == []
    after = before.ordered([0, 1, 2, 4, 3])
    *_, told = counter.count(before, after, report)
    assert told == expected(coast, before, after)
    both = {
        entry.name
        for entry in coast.photos
        if {"sand", "boat"} <= (labels := {s.label for s in coast.annotation(entry).shapes})  # type: ignore[union-attr]
        or IGNORE_LABEL in labels
    }
    assert set(painted) == both
    assert 0 < len(both) < len(coast.photos)


def test_colours_and_names_cost_nothing_and_change_nothing(
    coast: Project, monkeypatch: pytest.MonkeyPatch, report: Recorder
) -> None:
    monkeypatch.setattr(Project, "annotation", None)
    before = started()
    (told,) = ChangeCounter(coast).count(before, before.recolored(1, "#123456"), report)
    assert (told.pixels, told.photos, told.counted, told.total) == (0, 0, 8, 8)


def test_totals_run_up_and_a_stop_ends_them_unfinished(
    tmp_path: Path, palette: Palette, report: Recorder
) -> None:
    with make_tiny_project(tmp_path / "p", palette, photos=5) as project:
        after = palette.merged(1, 2)
        totals = list(ChangeCounter(project).count(palette, after, report))
        assert [t.pixels for t in totals] == sorted(t.pixels for t in totals)
        assert totals[0].photos == 1
        assert totals[0].before == {}
        assert totals[-1].photos == totals[-1].counted == 5
        stopped = ChangeCounter(project).count(palette, after, Recorder(stop_after=0))
        assert list(stopped) == []


def test_label_images_that_are_missing_or_rewritten_meanwhile_are_not_believed(
    tiny_project: Project, palette: Palette, report: Recorder
) -> None:
    after = palette.merged(1, 2)
    tiny_project.label_path(tiny_project.photos[0]).unlink()
    *_, told = ChangeCounter(tiny_project).count(palette, after, report)
    assert told == expected(tiny_project, palette, after)
    running = ChangeCounter(tiny_project).count(palette, after, report)
    next(running)
    tiny_project.set_palette(palette.merged(1, 0), "Merge sky into background")
    burn(tiny_project, report)
    *_, told = running
    assert told == expected(tiny_project, palette, after)


def test_a_damaged_annotation_is_told_and_left_out(
    tiny_project: Project, palette: Palette, report: Recorder
) -> None:
    broken = tiny_project.photos[2]
    (tiny_project.root / "annotations" / f"{broken.name}.json").write_text("{")
    *_, told = ChangeCounter(tiny_project).count(palette, palette.merged(1, 2), report)
    assert (told.photos, told.total) == (5, 5)
    found = [event.problem.path for event in report.events if isinstance(event, ProblemFound)]
    assert found == [broken.name]
