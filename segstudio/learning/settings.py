"""Reading a training's settings from a preset, a TOML file and `key=value` assignments."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.config.fields import nearest
from segstudio.learning.presets import preset_named


def parse_settings(
    preset: str = "normal", toml_path: Path | None = None, assignments: Sequence[str] = ()
) -> TrainConfig:
    """Return the preset's settings, overruled by the file and these by the assignments.

    Raises UsageError that tells everything wrong at once, each with the nearest right word.
    """
    chosen = {**(_read_toml(toml_path) if toml_path else {}), **_split(assignments)}
    wrong = [_unknown(key) for key in chosen if key not in TrainConfig.model_fields]
    known = {key: value for key, value in chosen.items() if key in TrainConfig.model_fields}
    defaults = preset_named(preset).values(str(known.get("weights", "pretrained")))
    if "augmentation" in known:
        # A ready set that was asked for is not bent by the strengths of the preset.
        strengths = AugmentationSettings.model_fields
        defaults = {key: value for key, value in defaults.items() if key not in strengths}
    try:
        config = TrainConfig.model_validate({**defaults, **known})
    except ValidationError as error:
        wrong += complaints(error)
    if wrong:
        raise UsageError(
            "\n".join(wrong),
            remedy="Correct it and start again; `segstudio train --help` lists every setting.",
        )
    return config


def config_from_json(values: Mapping[str, Any], origin: str) -> TrainConfig:
    """Read the settings that a run or a checkpoint kept; SegStudioError where they do not fit."""
    try:
        return TrainConfig.model_validate(dict(values))
    except ValidationError as error:
        raise SegStudioError(
            f"The settings in {origin} cannot be used: {'; '.join(complaints(error))}",
            meaning="They were written by another version of SegStudio, or changed by hand.",
            remedy="Use the version that wrote them, or train again.",
        ) from error


def complaints(error: ValidationError) -> list[str]:
    """Return one sentence per setting that is wrong."""
    found = [
        f"{next(iter(e['loc']), 'Settings')}: {e['msg'].removeprefix('Value error, ')}"
        f"{_given(e['type'], e['input'])}"
        for e in error.errors()
    ]
    return [text if text.endswith("?") else f"{text}." for text in found]


def _given(kind: str, value: object) -> str:
    """Name the value where pydantic's sentence does not."""
    return "" if kind == "value_error" else f", not {value}"


def _unknown(key: str) -> str:
    """Complain about a key that is no setting."""
    meant = nearest(key, TrainConfig.model_fields)
    hint = f'Did you mean "{meant}"?' if meant else f"Known: {', '.join(TrainConfig.model_fields)}."
    return f'There is no setting "{key}". {hint}'


def _split(assignments: Sequence[str]) -> dict[str, Any]:
    """Take `key=value` apart; UsageError where there is no equals sign."""
    pairs: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(
                f'"{assignment}" sets nothing.',
                meaning="A setting is written key=value.",
                remedy="Write for example --set epochs=30.",
            )
        pairs[key.strip()] = value.strip()
    return pairs


def _read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of settings; UsageError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"The settings file {path} cannot be read: {reason}.",
            meaning="It is missing or is not TOML.",
            remedy="Write one setting per line, such as epochs = 30 or model = "
            '"deeplabv3_resnet50".',
        ) from error
