"""Edits of the palette: tried in the photo or stored, and their consequences counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ChangeCounted
from segstudio.core.palette import Palette, PaletteClass
from segstudio.gui.change_watch import ChangeWatch
from segstudio.gui.item_models.palette_table import has_one_layer
from segstudio.gui.session import Session
from segstudio.gui.widgets.change_line import change_sentence
from segstudio.gui.widgets.words import plural
from segstudio.jobs.paint_order import Outlines, small_on_top


class PaletteEdits(QObject):
    """Stores edits at once, or only tries them; tells what each of them changes.

    `tried` carries the palette to show in place of the stored one, or None. `told` carries a
    sentence, empty where there is nothing to tell, and whether it is about a stored edit.
    """

    tried = Signal(object)
    told = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._watch = ChangeWatch(session, self)
        self._watch.told.connect(self._tell)
        self._stored: tuple[Palette, Palette] | None = None
        self._asked: tuple[Palette, Palette] | None = None
        self._known: dict[tuple[Palette, Palette], ChangeCounted] = {}
        self._storing = False
        session.palette_changed.connect(self._forget_others)
        session.photos_changed.connect(self._forget_others)

    @property
    def telling(self) -> bool:
        """True while an edit is counted or told."""
        return self._asked is not None

    def store(self, palette: Palette, what: str) -> None:
        """Store an edit; `what` names it for undo."""
        before = self._session.palette
        self.tried.emit(None)
        if before is None or palette == before:
            self.leave()
            return
        self._storing = True
        try:
            self._session.set_palette(palette, what)
        finally:
            self._storing = False
        self._stored = (before, palette)
        self._ask(self._stored)

    def attempt(self, palette: Palette) -> None:
        """Show an edit that is not stored, and count what it would change."""
        before = self._session.palette
        if before is not None:
            self.tried.emit(palette)
            self._ask((before, palette))

    def leave(self) -> None:
        """End what was tried; what is told is the last stored edit again."""
        self.tried.emit(None)
        if self._stored is None:
            self.forget()
        elif self._asked != self._stored:
            self._ask(self._stored)

    def forget(self) -> None:
        """Tell of no edit any more."""
        self._stored, self._asked, self._known = None, None, {}
        self._watch.rest()
        self.told.emit("", False)

    # The edits of the page

    def move(self, rows: Sequence[PaletteClass], source: int, target: int) -> None:
        """Move a row of the list, top layer first, to another place."""
        palette = self._session.palette
        if palette is not None:
            edited = with_row_moved(palette, rows, source, target)
            self.store(edited, f"Order of {rows[source].name}")

    def try_move(self, rows: Sequence[PaletteClass], source: int, target: int) -> None:
        """Show what moving a row would do."""
        palette = self._session.palette
        if palette is not None:
            self.attempt(with_row_moved(palette, rows, source, target))

    def put_small_on_top(self, outlines: Outlines) -> None:
        """Paint classes of small shapes over those of large ones."""
        palette = self._session.palette
        if palette is not None:
            self.store(small_on_top(palette, outlines), "Small shapes on top")

    def rename(self, class_id: int, name: str) -> None:
        """Give a class another name; SegStudioError where it is taken."""
        palette = self._session.palette
        if palette is not None:
            self.store(palette.renamed(class_id, name), f"Name {name}")

    def recolor(self, class_id: int, color: str) -> None:
        """Give a class another colour, #rrggbb."""
        palette = self._session.palette
        if palette is not None:
            what = f"Colour of {palette.name_of(class_id)}"
            self.store(palette.recolored(class_id, color), what)

    def use_distinct_colors(self) -> None:
        """Recolour the classes that look like another one."""
        palette = self._session.palette
        if palette is not None:
            self.store(palette.with_distinct_colors(), "Distinct colours")

    def treat(self, class_id: int, target: int | None) -> None:
        """Merge a class into another, ignore it (255), or let it be its own (None)."""
        palette = self._session.palette
        if palette is not None:
            what = f"Treatment of {palette.name_of(class_id)}"
            self.store(palette.merged(class_id, target), what)

    def try_treat(self, class_id: int, target: int | None) -> None:
        """Show what merging or ignoring would do."""
        palette = self._session.palette
        if palette is not None:
            self.attempt(palette.merged(class_id, target))

    def set_background(self, class_id: int) -> None:
        """Decide what pixels count as that no outline covers; 255 ignores them."""
        palette = self._session.palette
        if palette is not None:
            self.store(palette.with_background(class_id), "What no outline covers")

    def try_background(self, class_id: int) -> None:
        """Show what another background would do."""
        palette = self._session.palette
        if palette is not None:
            self.attempt(palette.with_background(class_id))

    def set_aliases(self, class_id: int, aliases: Sequence[str]) -> None:
        """Set the other names of a class; SegStudioError where one is taken."""
        palette = self._session.palette
        if palette is not None and tuple(aliases) != palette.by_id(class_id).aliases:
            what = f"Other names of {palette.name_of(class_id)}"
            self.store(palette.with_aliases(class_id, aliases), what)

    def add(self, name: str) -> None:
        """Add a class; SegStudioError where the name is taken."""
        palette = self._session.palette
        if palette is not None:
            self.store(with_new_class(palette, name), f"New class {name}")

    def remove(self, class_id: int, photos: Mapping[str, int] | None) -> None:
        """Remove a class; SegStudioError where outlines, in `photos` per name, need it."""
        palette = self._session.palette
        if palette is None:
            return
        reason = why_kept(palette, palette.by_id(class_id), photos)
        if reason:
            name = palette.name_of(class_id)
            raise SegStudioError(f"{name} cannot be removed.", meaning=reason)
        self.store(palette.without(class_id), f"Removal of {palette.name_of(class_id)}")

    def close(self) -> None:
        """End the counting."""
        self._watch.close()

    def _ask(self, edit: tuple[Palette, Palette]) -> None:
        """Count an edit, unless it was counted when it was tried or stored."""
        self._asked = edit
        if edit in self._known:
            self._watch.rest()
            self._tell(self._known[edit])
        else:
            self._watch.ask(*edit)

    def _tell(self, change: ChangeCounted) -> None:
        if self._asked is None:
            return
        if change.counted == change.total:
            self._known = {e: c for e, c in self._known.items() if e == self._stored}
            self._known[self._asked] = change
        stored = self._asked == self._stored
        self.told.emit(f"{change_sentence(change, *self._asked)}{_rule(*self._asked)}", stored)

    def _forget_others(self) -> None:
        """Tell nothing of an edit that was undone or is not ours."""
        if not self._storing:
            self.forget()


def _rule(before: Palette, after: Palette) -> str:
    """Say so where an edit decides by class what was decided by the export."""
    if has_one_layer(before) and not has_one_layer(after):
        return " From now on the order is by class, no longer the export's."
    return ""


def with_row_moved(
    palette: Palette, rows: Sequence[PaletteClass], source: int, target: int
) -> Palette:
    """Return the palette with a row of the list, top layer first, moved to another place.

    The palette itself where one of them is no row.
    """
    ids = [entry.id for entry in rows]
    if not (0 <= source < len(ids) and 0 <= target < len(ids)):
        return palette
    ids.insert(target, ids.pop(source))
    return palette.ordered(ids[::-1])


def with_new_class(palette: Palette, name: str) -> Palette:
    """Return the palette with a class more, on top of all layers; the name must not be taken."""
    known = palette.find(name)
    if known is not None:
        raise SegStudioError(
            f'"{name}" is taken.',
            meaning=f"It is a name of the class {known.name}.",
            remedy="Choose another name, or take that one from the class first.",
        )
    added = palette.with_labels([(name, None)])
    if has_one_layer(palette):
        return added
    top = max(entry.paint_order for entry in palette.classes) + 1
    new = added.by_id(palette.next_id())
    return added.with_class(new.model_copy(update={"paint_order": top}))


def why_kept(palette: Palette, entry: PaletteClass | None, photos: Mapping[str, int] | None) -> str:
    """Return in words why a class cannot be removed, empty where it can.

    `photos` counts the photos with outlines of each name, None while that is not known.
    """
    if entry is None:
        return "Choose a class first."
    if entry.id == palette.background:
        return f"{entry.name} is what no outline covers. Choose another class for that first."
    merged = [other.name for other in palette.classes if other.map_to == entry.id]
    if merged:
        return f"{', '.join(merged)} counts as {entry.name}. Make it a class of its own first."
    if photos is None:
        return "The outlines are still being counted."
    used = sum(photos.get(name, 0) for name in (entry.name, *entry.aliases))
    if used:
        words = plural(used, "photo")
        return f"{entry.name} is outlined in {words}. Merge it or ignore it instead."
    return ""
