"""The palette: the ordered list of classes. It alone knows ids, colours and paint order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segstudio.core.class_table import IGNORE, ClassTable, PaletteClass
from segstudio.core.colors import DEFAULT_COLORS
from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json, write_json

__all__ = ["IGNORE", "Palette", "PaletteClass"]


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

    def next_id(self) -> int:
        """Return the lowest id above all that are in use; SegStudioError when 254 is taken."""
        free = max((entry.id for entry in self.classes), default=-1) + 1
        if free > IGNORE - 1:
            raise SegStudioError(
                "The palette is full.",
                meaning="A label image has room for the ids 0 to 254.",
                remedy="Merge classes, or give a new class an id that is free in the palette file.",
            )
        return free

    def with_labels(self, labels: Iterable[tuple[str, str | None]]) -> Palette:
        """Add a class for every (name, colour or None) that the palette does not know yet."""
        palette = self
        for name, color in labels:
            if palette.find(name) is None:
                used = {entry.color.lower() for entry in palette.classes}
                palette = palette.with_class(
                    PaletteClass(
                        id=palette.next_id(), name=name, color=(color or _unused(used)).lower()
                    )
                )
        return palette

    def _with(self, classes: tuple[PaletteClass, ...]) -> Palette:
        """Return a checked copy with other classes; SegStudioError where they contradict."""
        try:
            return Palette(background=self.background, classes=classes)
        except ValidationError as error:
            raise _refusal("The palette cannot be changed so", error) from error

    # Making, reading and writing

    @classmethod
    def from_labels(cls, labels: Sequence[tuple[str, str | None]]) -> Palette:
        """Make a palette of the labels found, numbered from 1 in the order given.

        A label called background (any case), else the first coloured #000000, is class 0.
        """
        names = [name for name, _ in labels]
        zero = next((n for n in names if n.strip().casefold() == "background"), None)
        if zero is None:
            zero = next((n for n, c in labels if c and c.lower() == "#000000"), "background")
        first = PaletteClass(id=0, name=zero, color="#000000")
        return cls(classes=(first,)).with_labels([pair for pair in labels if pair[0] != zero])

    @classmethod
    def from_json(cls, value: object, origin: str) -> Palette:
        """Check a palette.json object; SegStudioError names `origin` and all that is wrong."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise _refusal(f"{origin} is no palette", error) from error

    @classmethod
    def load(cls, path: Path) -> Palette:
        """Read palette.json; SegStudioError where it is missing, damaged or contradictory."""
        return cls.from_json(read_json(path), str(path))

    def as_json(self) -> dict[str, Any]:
        """Return the palette.json object."""
        entries = [entry.model_dump(mode="json", exclude_defaults=True) for entry in self.classes]
        return {"schema": 1, "background": self.background, "ignore": IGNORE, "classes": entries}

    def save(self, path: Path) -> None:
        """Write palette.json."""
        write_json(path, self.as_json(), keep_backup=True)


def _unused(used: set[str]) -> str:
    """Return the first default colour that is not in use yet."""
    return next((c for c in DEFAULT_COLORS if c not in used), DEFAULT_COLORS[len(used) % 12])


def _refusal(what: str, error: ValidationError) -> SegStudioError:
    """Tell all that pydantic found, one line each."""
    found = "; ".join(
        ": ".join(
            part
            for part in (".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, "))
            if part
        )
        for e in error.errors()
    )
    return SegStudioError(f"{what}: {found}.", remedy="Correct these entries and try again.")
