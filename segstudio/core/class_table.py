"""The classes of a palette as a table that can be asked: names, ids, colours, pixel values."""

from __future__ import annotations

import difflib
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.colors import parse_color

IGNORE = 255
ClassId = Annotated[int, Field(ge=0, le=254)]


class PaletteClass(BaseModel):
    """One class: its frozen id, name, colour (#rrggbb) and place in the order of painting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ClassId
    name: str = Field(min_length=1)
    color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    paint_order: int = 0
    aliases: tuple[str, ...] = ()
    map_to: Annotated[int, Field(ge=0, le=255)] | None = None

    @property
    def painted_id(self) -> int:
        """The pixel value that a shape of this class gets, its mapping applied."""
        return self.id if self.map_to is None else self.map_to


class ClassTable(BaseModel):
    """Classes with background (what no shape covers) and ignore (unscored), and what they say."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: int = Field(1, alias="schema", ge=1, le=1)
    background: Annotated[int, Field(ge=0, le=255)] = 0
    ignore: Annotated[int, Field(ge=IGNORE, le=IGNORE)] = IGNORE
    classes: tuple[PaletteClass, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse what would make an id, a name or a mapping ambiguous."""
        ids = [entry.id for entry in self.classes]
        for class_id in {i for i in ids if ids.count(i) > 1}:
            raise ValueError(f"id {class_id} is used twice")
        names = [name for entry in self.classes for name in (entry.name, *entry.aliases)]
        for name in {n for n in names if names.count(n) > 1}:
            raise ValueError(f'the name "{name}" is used twice')
        unmapped = {entry.id for entry in self.classes if entry.map_to is None}
        for entry in self.classes:
            if entry.map_to is not None and entry.map_to not in unmapped | {IGNORE}:
                raise ValueError(f'"{entry.name}" maps to {entry.map_to}, which is no class')
        if self.background not in {*ids, IGNORE}:
            raise ValueError(f"background {self.background} is no class")
        return self

    def find(self, name: str) -> PaletteClass | None:
        """Return the class of exactly that name or alias."""
        return next((e for e in self.classes if name == e.name or name in e.aliases), None)

    def painted(self, label: str) -> int | None:
        """Return the pixel value of a shape of that label, None where the palette knows it not.

        IGNORE_LABEL is ignored unless a class bears that name.
        """
        entry = self.find(label)
        if entry is not None:
            return entry.painted_id
        return IGNORE if label == IGNORE_LABEL else None

    def nearest(self, name: str) -> str | None:
        """Return the name that `name` may have meant (other case, blanks or a typing slip)."""
        known = {n.strip().casefold(): n for e in self.classes for n in (e.name, *e.aliases)}
        match = difflib.get_close_matches(name.strip().casefold(), known, n=1, cutoff=0.75)
        return known[match[0]] if match else None

    def by_id(self, class_id: int) -> PaletteClass:
        """Return the class of that id; KeyError where there is none."""
        for entry in self.classes:
            if entry.id == class_id:
                return entry
        raise KeyError(class_id)

    def name_of(self, class_id: int) -> str:
        """Return the name to show for a pixel value, also for ignore and unknown ids."""
        if class_id == IGNORE:
            return "ignored"
        entry = next((e for e in self.classes if e.id == class_id), None)
        return entry.name if entry else f"unknown ({class_id})"

    @property
    def background_id(self) -> int:
        """The pixel value of what no shape covers, its mapping applied."""
        if self.background == IGNORE:
            return IGNORE
        return self.by_id(self.background).painted_id

    @property
    def trained(self) -> tuple[PaletteClass, ...]:
        """The classes that a model learns: those that are not mapped away, by id."""
        unmapped = (entry for entry in self.classes if entry.map_to is None)
        return tuple(sorted(unmapped, key=lambda entry: entry.id))

    def colors(self) -> npt.NDArray[np.uint8]:
        """Return the RGB colour of every pixel value, uint8 (256, 3); ignore is mid-grey."""
        table = np.zeros((256, 3), np.uint8)
        table[IGNORE] = (128, 128, 128)
        for entry in self.classes:
            table[entry.id] = parse_color(entry.color)
        return table

    def to_train_index(self) -> npt.NDArray[np.uint8]:
        """Return the table palette id -> 0..C-1 in the order of `trained`, uint8 (256,).

        Ids that are not trained, ignore among them, become 255.
        """
        table = np.full(256, IGNORE, np.uint8)
        for index, entry in enumerate(self.trained):
            table[entry.id] = index
        return table

    def to_palette_id(self) -> npt.NDArray[np.uint8]:
        """Return the table 0..C-1 -> palette id, uint8 (C,)."""
        return np.array([entry.id for entry in self.trained], np.uint8)
