from __future__ import annotations

from pathlib import Path

from conftest import Recorder

from jobs.exports import cvat, labelme, photo
from segstudio.jobs.convert import ConvertRequest, run
from segstudio.jobs.import_report import ImportReport


def convert(source: Path, photos: Path | None = None, **choices: str) -> ImportReport:
    matches = {name.replace("_", "."): value for name, value in choices.items()}
    out = source.with_name("out")
    return run(ConvertRequest((source,), photos=photos, choices=matches, out=out), Recorder())


def messages(result: ImportReport) -> list[str]:
    return [problem.message for problem in result.problems]


def test_a_folder_without_one_photo_of_the_export_is_doubted_once_and_first(
    tmp_path: Path,
) -> None:
    source = cvat(tmp_path / "in/a.xml", "a.jpg", "b.jpg", "c.jpg")
    for name in ("x", "y"):
        photo(tmp_path / f"photos/{name}.jpg")
    result = convert(source, tmp_path / "photos")
    first, *rest = result.problems
    assert (first.severity, first.path) == ("warning", str(tmp_path / "photos"))
    assert "none of the 2 photos there has a name from the export" in first.message
    assert '"a.jpg"' in first.message
    assert '"x.jpg"' in first.message
    assert not any("right folder" in problem.message for problem in rest)
    assert sum("there is no photo" in problem.message for problem in rest) == 3
    photo(tmp_path / "photos/c.jpg")
    assert not any("right folder" in m for m in messages(convert(source, tmp_path / "photos")))


def test_a_folder_without_photos_is_doubted(tmp_path: Path) -> None:
    source = cvat(tmp_path / "in/a.xml", "a.jpg")
    (tmp_path / "photos").mkdir()
    assert messages(convert(source))[0].startswith("a.jpg: there is no photo")
    told = messages(convert(source, tmp_path / "photos"))
    assert told[0] == "there are no photos there: is it the right folder?"


def test_the_last_photo_and_the_last_annotation_are_offered_to_each_other(tmp_path: Path) -> None:
    source = cvat(tmp_path / "in/a.xml", "a.jpg", "b.jpg")
    for name in ("a", "IMG_2"):
        photo(tmp_path / f"photos/{name}.jpg")
    text = 'b.jpg: the only photo without annotation is "IMG_2.jpg"; if it is this one, --match'
    offered = [m for m in messages(convert(source, tmp_path / "photos")) if m.startswith(text)]
    assert len(offered) == 1
    assert '"b.jpg=IMG_2.jpg"' in offered[0]
    taken = convert(source, tmp_path / "photos", b_jpg="IMG_2.jpg")
    assert taken.converted == 2
    assert not any("--match" in message for message in messages(taken))


def test_a_choice_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        photo(tmp_path / f"in/{name}.jpg")
        labelme(tmp_path / f"in/{name}.xml", f"{name}.jpg")
    result = convert(tmp_path / "in", a_jpg="nosuch.jpg", c_jpg="b.jpg")
    told = messages(result)
    assert sum('there is no photo "nosuch.jpg"' in message for message in told) == 1
    assert any('--match "c.jpg=b.jpg" did nothing' in message for message in told)
    assert {item.label for item in result.items} == {None, "labels/b.png"}
