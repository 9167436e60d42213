"""The settings of a training, each declared once: form, command line, files and checks read it.

To add one: add one field with its default, limits and help to the group here that it belongs to,
and read it where it acts. It reaches the form, `--set`, TOML files and every run's config.json by
itself.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator
from pydantic.fields import FieldInfo

from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.config.bank import BankSettings
from segstudio.learning.config.data import DataSettings
from segstudio.learning.config.fields import ActsWhen, Settings
from segstudio.learning.config.loss import LossSettings
from segstudio.learning.config.model import ModelSettings
from segstudio.learning.config.optimizer import OptimizerSettings
from segstudio.learning.config.record import RecordSettings


class TrainConfig(
    RecordSettings,
    BankSettings,
    AugmentationSettings,
    LossSettings,
    OptimizerSettings,
    DataSettings,
    ModelSettings,
):
    """All settings of one training; immutable, and unknown ones are refused."""

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, values: object) -> object:
        """Let everything learn where nothing was learned before."""
        if not isinstance(values, dict):
            return values
        filled = dict(values)
        if filled.get("weights") == "none":
            filled.setdefault("train_layers", "all")
        return filled

    @model_validator(mode="after")
    def _unfrozen_in_time(self) -> Self:
        """Refuse a head that is to learn alone for the whole run, or beside nothing."""
        if not self.unfreeze_after:
            return self
        if self.train_layers in ("head", "last_layer"):
            raise ValueError(
                "unfreeze_after needs a backbone that learns afterwards: set train_layers to all "
                "or to a stage"
            )
        if self.unfreeze_after >= self.epochs:
            raise ValueError("unfreeze_after must be smaller than epochs")
        return self

    @classmethod
    def groups(cls) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the groups in the order of work: title and settings, basic ones first."""
        owners = [base for base in reversed(cls.__bases__) if issubclass(base, Settings)]
        return tuple((base.title, _basic_first(base)) for base in owners)

    def idle(self) -> dict[str, str]:
        """Return the settings that do not act while the others are as they are, and why."""
        marks = {name: _acts_when(field) for name, field in type(self).model_fields.items()}
        return {
            name: f"It acts only {mark.words}."
            for name, mark in marks.items()
            if mark is not None and not mark.test(self)
        }


def _basic_first(group: type[Settings]) -> tuple[str, ...]:
    """Return a group's settings, those that everybody may want to change before the others."""

    def advanced(name: str) -> bool:
        extra = group.model_fields[name].json_schema_extra
        return not isinstance(extra, dict) or bool(extra["advanced"])

    return tuple(sorted(group.model_fields, key=advanced))


def _acts_when(field: FieldInfo) -> ActsWhen | None:
    """Return the mark of a setting that does not always act."""
    return next((mark for mark in field.metadata if isinstance(mark, ActsWhen)), None)
