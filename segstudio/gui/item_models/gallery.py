"""The photos of a project as tiles: small pictures with overlays, sorted and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap

from segstudio.core.events import PhotoExplored, PhotoState
from segstudio.core.palette import Palette
from segstudio.gui.item_models.photo_lines import PhotoLines
from segstudio.gui.item_models.tables import Index
from segstudio.gui.item_models.thumbs import Thumbs
from segstudio.gui.pages.steps import counted
from segstudio.gui.widgets.words import PART_WORDS, percent
from segstudio.jobs.exploring import outlined_share, share_of
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project
from segstudio.review.layers import Look, Mode

TILE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ALL = frozenset(range(256))
# From what most needs a look to what needs none.
GRAVITY: tuple[PhotoState, ...] = ("lost", "damaged", "odd", "thin", "bare", "sound")
NOTES: Mapping[PhotoState, str] = {
    "lost": "photo not found",
    "damaged": "label unreadable",
    "odd": "label does not fit",
    "thin": "almost empty",
    "bare": "no outlines",
}


@dataclass(frozen=True, slots=True)
class GalleryLine:
    """One photo of the gallery and the part of the split it belongs to, empty before the first."""

    entry: PhotoEntry
    part: str

    @property
    def name(self) -> str:
        """The photo's name in its project."""
        return self.entry.name


@dataclass(frozen=True, slots=True)
class Wish:
    """Which photos to show, and in which order.

    `words` are searched in the name; `show` is a kind (outlined, bare, look) and `part` a part of
    the split, empty for all; `order` is name, most, least or look. With `only`, photos without a
    pixel of the class `class_id` are left out.
    """

    words: str = ""
    show: str = ""
    part: str = ""
    order: str = "name"
    class_id: int | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """What one tile shows; no picture yet (or ever) where `picture` is None."""

    picture: QPixmap | None
    name: str
    note: str
    state: PhotoState
    failed: bool


class Gallery(PhotoLines[GalleryLine]):
    """Asks for a photo's picture when its tile is first painted.

    `repaint_asked` says that all tiles look another way; to say so row by row takes long.
    """

    repaint_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts: dict[str, PhotoExplored] = {}
        self.thumbs = Thumbs(self)
        self.thumbs.came.connect(self._show_picture)
        self._project: Project | None = None
        self._palette: Palette | None = None
        self._chosen: int | None = None

    def show_project(self, project: Project | None) -> None:
        """Show the photos of a project; pictures that are there stay until newer ones come."""
        if project is not self._project:
            self.facts = {}
        self._project = project
        self._palette = project.palette if project is not None else None
        self.thumbs.show_project(project)
        self.repaint_asked.emit()

    def set_look(self, opacity: float, chosen: int | None) -> None:
        """Set how strong overlays are, 0..1, and which class alone they show, None for all."""
        self._chosen = chosen
        hidden = frozenset() if chosen is None else _ALL - {chosen}
        self.thumbs.look = Look(Mode.TRUTH, opacity, hidden)
        self.repaint_asked.emit()

    def take(self, photos: Iterable[PhotoExplored]) -> None:
        """Take in what was found out about photos."""
        self.facts.update((photo.photo, photo) for photo in photos)
        self.repaint_asked.emit()

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Return what a tile shows in a role."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        match role:
            case _ if role == TILE_ROLE:
                return self._tile(line)
            case Qt.ItemDataRole.DisplayRole:
                return line.name
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(line)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{line.name}, {self._note(line)}"
        return None

    def _tile(self, line: GalleryLine) -> Tile:
        picture = self.thumbs.picture(line.entry)
        failed = self.thumbs.failed(line.name)
        return Tile(picture, line.name, self._note(line), self._state(line), failed)

    def _state(self, line: GalleryLine) -> PhotoState:
        facts = self.facts.get(line.name)
        if facts is not None:
            return facts.state
        return "sound" if line.entry.annotated else "bare"

    def _note(self, line: GalleryLine) -> str:
        """Return the words under a tile's name."""
        state, facts = self._state(line), self.facts.get(line.name)
        parts = [PART_WORDS[line.part]] if line.part else []
        if state in NOTES:
            parts.insert(0, NOTES[state])
        elif facts is not None and self._palette is not None:
            parts.append(_shares(facts.pixels, self._chosen, self._palette))
        return "  ·  ".join(parts)

    def _tip(self, line: GalleryLine) -> str:
        facts = self.facts.get(line.name)
        lines = [line.name, f"{line.entry.width} × {line.entry.height} pixels"]
        if facts is not None and self._palette is not None:
            present = [e for e in self._palette.trained if facts.pixels.get(e.id)]
            ranked = sorted(present, key=lambda e: -facts.pixels[e.id])
            lines += [f"{e.name}: {percent(share_of(facts.pixels, e.id))}" for e in ranked[:8]]
            lines += [facts.words] if facts.words else []
        return "\n".join(lines)

    def _show_picture(self, name: str) -> None:
        row = self.row_of(name)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [TILE_ROLE])


def arrange(
    lines: Sequence[GalleryLine], facts: Mapping[str, PhotoExplored], wish: Wish, background: int
) -> list[GalleryLine]:
    """Return the photos that a wish asks for, in its order; equal ones by name.

    Without a class, most and least go by how much is outlined. Photos that nothing is known of yet
    come last and hold no class.
    """
    words = wish.words.strip().casefold()
    found = [
        line
        for line in lines
        if words in line.name.casefold()
        and (not wish.part or line.part == wish.part)
        and _is_kind(line, facts.get(line.name), wish)
    ]
    if wish.order == "look":
        found.sort(key=lambda line: (GRAVITY.index(_state_of(line, facts)), line.name))
    elif wish.order in ("most", "least"):
        sign = -1 if wish.order == "most" else 1
        found.sort(key=lambda line: _rank(facts.get(line.name), wish, background, sign))
    return found


def _is_kind(line: GalleryLine, facts: PhotoExplored | None, wish: Wish) -> bool:
    held = facts is not None and facts.pixels.get(wish.class_id or 0, 0) > 0
    if wish.only and wish.class_id is not None and not held:
        return False
    match wish.show:
        case "outlined":
            return line.entry.annotated
        case "bare":
            return not line.entry.annotated
        case "look":
            return facts is not None and facts.state not in ("sound", "bare")
    return True


def _state_of(line: GalleryLine, facts: Mapping[str, PhotoExplored]) -> PhotoState:
    known = facts.get(line.name)
    return known.state if known is not None else "sound"


def _rank(
    facts: PhotoExplored | None, wish: Wish, background: int, sign: int
) -> tuple[bool, float, str]:
    if facts is None or not facts.pixels:
        return True, 0.0, facts.photo if facts else ""
    if wish.class_id is None:
        share = outlined_share(facts.pixels, background)
    else:
        share = share_of(facts.pixels, wish.class_id)
    return False, sign * share, facts.photo


def _shares(pixels: Mapping[int, int], chosen: int | None, palette: Palette) -> str:
    """Return in words how much of a photo the chosen class covers, else what it shows."""
    if chosen is not None:
        share = share_of(pixels, chosen)
        return f"{palette.name_of(chosen)} {percent(share)}" if share else "none of it"
    shown = [e for e in palette.trained if pixels.get(e.id) and e.id != palette.background_id]
    return counted(len(shown), "class", "classes")
