"""The palette: the ordered list of classes. It alone knows ids, colours and paint order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segstudio.core.class_table import IGNORE, ClassTable, PaletteClass
from segstudio.core.color_vision import alike
from segstudio.core.colors import distinct_colors, parse_color
from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_json
from segstudio.core.palette_slips import palette_refusal

__all__ = ["IGNORE", "Palette", "PaletteClass", "is_background"]


class Palette(ClassTable):
    """The classes of a project, with background (what no shape covers) and ignore (unscored).

    Immutable: every edit returns a new palette, so a page or a thread can keep one safely.
    """

    # Edits, each of which returns a new palette

    def with_class(self, entry: PaletteClass) -> Palette:
        """Add a class, or replace the one of the same id."""
        if any(e.id == entry.id for e in self.classes):
            return self._with(tuple(entry if e.id == entry.id else e for e in self.classes))
        return self._with((*self.classes, entry))

    def without(self, class_id: int) -> Palette:
        """Remove a class; classes that were merged into it become their own again."""
        kept = (e for e in self.classes if e.id != class_id)
        return self._with(
            tuple(
                e.model_copy(update={"map_to": None}) if e.map_to == class_id else e for e in kept
            )
        )

    def renamed(self, class_id: int, name: str) -> Palette:
        """Rename a class; the old name stays as an alias so that its shapes still find it."""
        entry = self.by_id(class_id)
        aliases = (*(a for a in entry.aliases if a != name), entry.name)
        update = {"name": name, "aliases": aliases if name != entry.name else entry.aliases}
        return self.with_class(entry.model_copy(update=update))

    def recolored(self, class_id: int, color: str) -> Palette:
        """Give a class another colour (#rrggbb)."""
        return self.with_class(self.by_id(class_id).model_copy(update={"color": color}))

    def merged(self, class_id: int, into: int | None) -> Palette:
        """Paint a class as another one, as ignore (255), or as itself again (None).

        Classes that were merged into `class_id` follow it.
        """
        moved = {class_id} | {
            e.id for e in self.classes if into is not None and e.map_to == class_id
        }
        return self._with(
            tuple(
                e.model_copy(update={"map_to": into}) if e.id in moved else e for e in self.classes
            )
        )

    def ordered(self, ids: Sequence[int]) -> Palette:
        """Set the order of painting: the first id lowest, the last on top of all others."""
        order = {class_id: position for position, class_id in enumerate(ids)}
        return self._with(
            tuple(
                e.model_copy(update={"paint_order": order.get(e.id, e.paint_order)})
                for e in self.classes
            )
        )

    def with_background(self, class_id: int) -> Palette:
        """Decide what pixels count as that no shape covers; 255 ignores them."""
        return self._with(self.classes, class_id)

    def with_aliases(self, class_id: int, aliases: Sequence[str]) -> Palette:
        """Set the names in exports that mean a class as well."""
        own = self.by_id(class_id)
        unique = tuple(dict.fromkeys(a for a in aliases if a and a != own.name))
        return self.with_class(own.model_copy(update={"aliases": unique}))

    def with_distinct_colors(self) -> Palette:
        """Recolour the classes that look like another one; the palette itself where none can."""
        entries = sorted(self.trained, key=lambda e: (e.id != self.background, e.id))
        pairs = alike([parse_color(entry.color) for entry in entries])
        moved = {entries[pair.second].id for pair in pairs}
        kept = [entry.color for entry in self.classes if entry.id not in moved]
        fresh = dict(zip(sorted(moved), distinct_colors(len(moved), kept), strict=True))
        better = self
        for class_id, color in fresh.items():
            better = better.recolored(class_id, color)
        left = alike([parse_color(better.by_id(entry.id).color) for entry in entries])
        return better if len(left) < len(pairs) else self

    def next_id(self) -> int:
        """Return the lowest id above all that are in use; SegStudioError when 254 is taken."""
        free = max((entry.id for entry in self.classes), default=-1) + 1
        if free > IGNORE - 1:
            raise _full(f"it has {len(self.classes)} classes, with ids up to {free - 1}")
        return free

    def with_labels(self, labels: Iterable[tuple[str, str | None]]) -> Palette:
        """Add a class for every (name, colour or None) that the palette does not know yet."""
        wanted: dict[str, str | None] = {}
        for name, color in labels:
            if self.find(name) is None:
                wanted.setdefault(name, color)
        given = [color for color in wanted.values() if color]
        used = [*(entry.color for entry in self.classes), *given]
        fresh = iter(distinct_colors(min(len(wanted) - len(given), IGNORE), used))
        room = IGNORE - 1 - max((entry.id for entry in self.classes), default=-1)
        if len(wanted) > room:
            raise _full(f"there are {len(wanted)} new labels and room for {room} classes")
        palette = self
        for name, color in wanted.items():
            class_id = palette.next_id()
            color = (color or next(fresh)).lower()
            palette = palette.with_class(PaletteClass(id=class_id, name=name, color=color))
        return palette

    def _with(self, classes: tuple[PaletteClass, ...], background: int | None = None) -> Palette:
        """Return a checked copy with other classes; SegStudioError where they contradict."""
        uncovered = self.background if background is None else background
        try:
            return Palette(background=uncovered, classes=classes)
        except ValidationError as error:
            raise palette_refusal("The palette cannot be changed so", error) from error

    # Making, reading and writing

    @classmethod
    def from_labels(cls, labels: Sequence[tuple[str, str | None]]) -> Palette:
        """Make a palette of the labels found, numbered from 1 in the order given.

        A label called background (any case; labelme's is _background_), else the first coloured
        #000000, is class 0.
        """
        names = [name for name, _ in labels]
        zeros = [name for name in dict.fromkeys(names) if is_background(name)]
        if not zeros:
            zeros = [next((n for n, c in labels if c and c.lower() == "#000000"), "background")]
        first = PaletteClass(id=0, name=zeros[0], color="#000000", aliases=tuple(zeros[1:]))
        return cls(classes=(first,)).with_labels([pair for pair in labels if pair[0] not in zeros])

    @classmethod
    def from_json(cls, value: object, origin: str) -> Palette:
        """Check a palette.json object; SegStudioError names `origin` and all that is wrong."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise palette_refusal(f"{origin} is no palette", error, value) from error

    @classmethod
    def load(cls, path: Path) -> Palette:
        """Read a class list of any kind that `palette_files` knows; SegStudioError says why not."""
        from segstudio.core.palette_files import read_palette_file

        return read_palette_file(path).palette

    def as_json(self) -> dict[str, Any]:
        """Return the palette.json object."""
        entries = [entry.model_dump(mode="json", exclude_defaults=True) for entry in self.classes]
        return {"schema": 1, "background": self.background, "ignore": IGNORE, "classes": entries}

    def save(self, path: Path) -> None:
        """Write palette.json."""
        write_json(path, self.as_json(), keep_backup=True)


def _full(why: str) -> SegStudioError:
    return SegStudioError(
        f"The palette is full: {why}.",
        meaning="A label image has room for the ids 0 to 254, one for each class.",
        remedy="Import fewer photos or labels at once, give labels that mean the same one name, or "
        "name a class list with the classes that you need (--palette); other labels are left out.",
    )


def is_background(label: str) -> bool:
    """Tell whether a label means what no class covers: background in any case, _background_."""
    return label.strip(" _").casefold() == "background"
