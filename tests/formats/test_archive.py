from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from segstudio.core.errors import SegStudioError
from segstudio.formats import archive
from segstudio.formats.archive import open_source


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            out.writestr(name, data)
    return path


class Nameless(zipfile.ZipInfo):
    """A member that Python's own writer would trip over."""

    def is_dir(self) -> bool:
        return False


def test_only_plain_members_are_read_and_the_others_named(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = packed(
        tmp_path / "a.zip",
        ("good/a.xml", b"<a/>"),
        ("../up.xml", b""),
        ("good/../../up2.xml", b""),
        ("/etc/abs.xml", b""),
        ("C:/drive.xml", b""),
        ("back\\slash.xml", b""),
        (link, b"/etc/passwd"),
        ("inner.zip", b""),
        (Nameless(""), b"<a/>"),
        ("__MACOSX/._a.xml", b"junk"),
        (".DS_Store", b"junk"),
        ("zeros.png", bytes(20_000_000)),
    )
    source = open_source(path)
    assert source.files() == ("good/a.xml",)
    assert source.read("good/a.xml") == b"<a/>"
    named = {problem.path.removeprefix("a.zip/") for problem in source.problems}
    assert named == {
        "../up.xml", "good/../../up2.xml", "/etc/abs.xml", "C:/drive.xml", "back\\slash.xml",
        "link.xml", "inner.zip", "zeros.png", "",
    }  # fmt: skip
    source.close()
    assert {p.name for p in tmp_path.iterdir()} == {"a.zip"}


def test_a_zip_that_holds_nothing_but_a_zip_is_that_one(tmp_path: Path) -> None:
    inner = packed(tmp_path / "in.zip", ("a.xml", b"<a/>"), ("../up.xml", b"")).read_bytes()
    junk = ("__MACOSX/._in.zip", b"junk")
    source = open_source(packed(tmp_path / "a.zip", ("export/in.zip", inner), junk))
    assert (source.files(), source.read("a.xml")) == (("a.xml",), b"<a/>")
    assert [problem.path for problem in source.problems] == ["a.zip/../up.xml"]
    source.close()
    damaged = packed(tmp_path / "b.zip", ("in.zip", inner[:-30]))
    with pytest.raises(SegStudioError, match=r"b\.zip cannot be opened"):
        open_source(damaged)


def test_encrypted_damaged_and_overfull_archives_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.zip", ("a.xml", b"<a/>"), ("b.xml", b"<b/>"))
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    with pytest.raises(SegStudioError, match=r"a\.zip holds more than 1"):
        open_source(path)
    monkeypatch.undo()
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SegStudioError, match=r"a\.zip is encrypted.*password"):
        open_source(path)
    path.write_bytes(bytes(data[:40]))
    with pytest.raises(SegStudioError, match=r"a\.zip cannot be opened"):
        open_source(path)


def test_very_many_small_members_that_unpack_to_very_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [(f"{number}.xml", bytes(500_000)) for number in range(8)]
    path = packed(tmp_path / "a.zip", *members)
    open_source(path).close()
    monkeypatch.setattr(archive, "_RATIO_FREE_TOTAL", 3_000_000)
    with pytest.raises(SegStudioError, match=r"a\.zip was not opened: unpacked it has 3 MB"):
        open_source(path)


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("a.xml", b"<annotations/>")
    path.write_bytes(path.read_bytes().replace(b"<annotations/>", b"<annotatiOns/>"))
    source = open_source(path)
    with pytest.raises(SegStudioError, match=r"a\.xml in a\.zip"):
        source.read("a.xml")


def test_names_of_old_archives_are_offered_in_their_character_sets(tmp_path: Path) -> None:
    name = "картинка.jpg"
    stored = name.encode("cp866").decode("cp437")
    info = zipfile.ZipInfo("x" * len(stored))
    path = packed(tmp_path / "a.zip", (info, b""))
    path.write_bytes(path.read_bytes().replace(b"x" * len(stored), name.encode("cp866")))
    source = open_source(path)
    assert source.files() == (stored,)
    assert name in source.other_names(stored)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match=r"absent\.xml"):
        open_source(tmp_path / "absent.xml")


def test_projects_and_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    for name in ("a.xml", ".git/b.xml", "mine/project.json", "mine/annotations/c.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    source = open_source(tmp_path)
    assert source.files() == ("a.xml",)
    assert [problem.path for problem in source.problems] == ["mine"]
