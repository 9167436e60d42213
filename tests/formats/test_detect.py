from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from jobs.exports import cvat, labelme

from segstudio.formats import FORMATS
from segstudio.formats.archive import open_source
from segstudio.formats.detect import detect

COCO = '{"images": [], "annotations": [], "categories": []}'


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_file_is_called_does_not_hide_what_it_holds(tmp_path: Path, packed: bool) -> None:
    home = tmp_path / "in"
    labelme(home / "a.json", "a.jpg")
    cvat(home / "b.json", "b.jpg")
    (home / "c.xml").write_text(f"\ufeff\n  {COCO}", encoding="utf-8")
    (home / "d.XML").write_text('{"shapes": []}', encoding="utf-16")
    (home / "e.xml").write_text("neither")
    if packed:
        with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
            for path in home.iterdir():
                archive.write(path, path.name)
    source = open_source(tmp_path / "in.zip" if packed else home)
    claims, refused = detect(source, FORMATS)
    source.close()
    assert {claim.file: claim.format.name for claim in claims} == {
        "a.json": "labelme-xml",
        "b.json": "cvat-images",
        "c.xml": "coco",
        "d.XML": "labelme-json",
    }
    assert [entry.file for entry in refused] == ["e.xml"]
    assert "not XML" in refused[0].problem.message


def test_looking_into_a_file_reads_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.json", "b.xml"):
        labelme(tmp_path / name, "a.jpg")
    source, looked = open_source(tmp_path), []
    read = source.read
    monkeypatch.setattr(source, "read", lambda name: looked.append(name) or read(name))
    assert len(detect(source, FORMATS)[0]) == 2
    assert looked == ["a.json", "b.xml"]
