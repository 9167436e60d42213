"""Zip archives as sources: members are read one by one, under caps, and never extracted here."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.source import MAX_FILES, FolderSource, Source, as_text, is_junk, is_text

MAX_MEMBER_BYTES = 512 << 20
MAX_RATIO = 200
# Small members may be very regular; a bomb needs size, or very many members.
_RATIO_FREE_BYTES = 4 << 20
_RATIO_FREE_TOTAL = 4 << 30
# Character sets of archives that do not say UTF-8; Python reads those as cp437.
_OLD_CHARACTER_SETS = ("utf-8", "cp866", "cp932", "gbk", "cp1252")

_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)


def open_source(path: Path) -> Source:
    """Open what the user named; SegStudioError where it is not there or cannot be opened."""
    if not is_text(str(path)):
        raise SegStudioError(
            f"{as_text(str(path))} cannot be opened: its name is in an old character set.",
            remedy="Rename the file or folder, then try again.",
        )
    try:
        if path.is_dir():
            return FolderSource(path)
        if path.is_file():
            return ZipSource(path) if _is_zip(path) else FolderSource(path.parent, path.name)
        there = path.exists()
    except (OSError, ValueError) as error:
        raise SegStudioError(
            f"{path} cannot be opened: {error}.",
            remedy="Check that you may read it and that its disk is there, then try again.",
        ) from error
    raise SegStudioError(
        f"{path} is neither a file nor a folder." if there else f"There is no {path}.",
        remedy="Check the spelling, or choose the file or folder again.",
    )


def _is_zip(path: Path) -> bool:
    """Tell by its first bytes, or its suffix, whether a file is meant as a zip."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() == ".zip"


class ZipSource(Source):
    """A zip archive; refused as a whole when it is damaged, encrypted or has too many members.

    One that holds nothing but another zip stands for that one.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._zip = _unwrapped(zipfile.ZipFile(path))
        except _ZIP_ERRORS as error:
            raise SegStudioError(
                f"{path.name} cannot be opened as a zip: {error}.",
                meaning="The archive is damaged or was not downloaded completely.",
                remedy="Download or make it again, or unpack it yourself and import the folder.",
            ) from error
        try:
            infos, packed = self._zip.infolist(), path.stat().st_size
            self._members, self.problems = _accepted(infos, path.name, packed)
            self._files = tuple(sorted(self._members))
        except SegStudioError:
            self._zip.close()
            raise

    def files(self) -> tuple[str, ...]:
        """Return the names of the accepted members, sorted."""
        return self._files

    def read(self, name: str) -> bytes:
        """Unpack one member into memory."""
        info = self._members[name]
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except _ZIP_ERRORS as error:
            raise SegStudioError(
                f"{name} in {self.path.name} cannot be unpacked: {error}.",
                meaning="The archive is damaged there.",
                remedy="Make the export again.",
            ) from error
        if len(data) != info.file_size:
            raise SegStudioError(
                f"{name} in {self.path.name} is not of the size that it states.",
                meaning="The archive is damaged there.",
                remedy="Make the export again.",
            )
        return data

    def other_names(self, name: str) -> tuple[str, ...]:
        """Return the name in the character sets of old archives."""
        info = self._members[name]
        if name.isascii() or info.flag_bits & 0x800:
            return ()
        try:
            raw = info.orig_filename.encode("cp437")
        except UnicodeEncodeError:
            return ()
        found: dict[str, None] = {}
        for character_set in _OLD_CHARACTER_SETS:
            try:
                found[raw.decode(character_set)] = None
            except UnicodeDecodeError:
                continue
        return tuple(found)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def _unwrapped(outer: zipfile.ZipFile) -> zipfile.ZipFile:
    """Return the zip that is all that an archive holds, else the archive itself."""
    infos = [
        i for i in outer.infolist() if not i.filename.endswith("/") and not is_junk(i.filename)
    ]
    info = infos[0] if len(infos) == 1 else None
    if info is None or not info.filename.lower().endswith(".zip") or info.flag_bits & 0x1:
        return outer
    # What is refused is told with the other members.
    if _unsafe(info) or _oversized(info):
        return outer
    with outer:
        return zipfile.ZipFile(io.BytesIO(outer.read(info)))


def _accepted(
    infos: list[zipfile.ZipInfo], archive: str, archive_bytes: int
) -> tuple[dict[str, zipfile.ZipInfo], tuple[Problem, ...]]:
    """Sort members into those that are read and problems for those that are not."""
    if len(infos) > MAX_FILES:
        raise SegStudioError(
            f"{archive} holds more than {MAX_FILES} files.",
            remedy="Unpack it yourself and import the folder of the export.",
        )
    members: dict[str, zipfile.ZipInfo] = {}
    problems: list[Problem] = []
    for info in infos:
        name = info.filename
        if name.endswith("/") or (is_junk(name) and not _unsafe(info)):
            continue
        if info.flag_bits & 0x1:
            raise SegStudioError(
                f"{archive} is encrypted: {name} needs a password.",
                remedy="Unpack it with the password and import the folder.",
            )
        reason = _unsafe(info) or _oversized(info)
        if reason is None and name in members:
            reason = "the archive holds this name twice; the first one is used"
        if reason is None and name.lower().endswith(".zip"):
            reason = "a zip inside the zip is not opened; unpack it and import it by itself"
        if reason is None:
            members[name] = info
        else:
            problems.append(Problem("warning", f"{archive}/{_printable(info)}", reason))
    total = sum(info.file_size for info in members.values())
    if total > _RATIO_FREE_TOTAL and total > MAX_RATIO * archive_bytes:
        raise SegStudioError(
            f"{archive} was not opened: unpacked it has {total >> 20} MB, packed "
            f"{archive_bytes >> 10} kB, as an archive made to fill the disk.",
            remedy="Unpack it yourself, if you trust it, and import the folder.",
        )
    return members, tuple(problems)


def _unsafe(info: zipfile.ZipInfo) -> str | None:
    """Say why a member's name or kind must not be trusted, None where it may."""
    name = info.orig_filename
    parts = PurePosixPath(name).parts
    if not parts:
        return "refused: it has no name"
    if name.startswith("/") or name[1:2] == ":":
        return "refused: the name is absolute"
    if ".." in parts or ".." in name.split("\\"):
        return "refused: the name leads out of the archive"
    if "\\" in name:
        return "refused: the name has a backslash"
    if any(ord(character) < 32 for character in name):
        return "refused: the name has control characters"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "refused: the member is a link or no plain file"
    return None


def _oversized(info: zipfile.ZipInfo) -> str | None:
    """Say why unpacking a member could fill the memory, None where it cannot."""
    size = info.file_size
    if size > MAX_MEMBER_BYTES:
        return f"refused: unpacked it has {size >> 20} MB, more than {MAX_MEMBER_BYTES >> 20}"
    if size > _RATIO_FREE_BYTES and size > MAX_RATIO * max(1, info.compress_size):
        return (
            f"refused: {size >> 20} MB are packed into {info.compress_size >> 10} kB, "
            "as in an archive made to fill the disk"
        )
    return None


def _printable(info: zipfile.ZipInfo) -> str:
    """Return a member's name without control characters."""
    return "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in info.orig_filename
    )
