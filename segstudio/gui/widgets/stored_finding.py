"""What is said before a start of the features that a training stores."""

from __future__ import annotations

from segstudio.gui.editors import field_label
from segstudio.gui.widgets.words import megabytes
from segstudio.jobs.estimate import StoredFeatures
from segstudio.jobs.preflight import Finding
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.bank import FEATURE_BANK


def stored_finding(stored: StoredFeatures) -> Finding:
    """Return what features take, or why they cannot be stored and what to do about it."""
    short = stored.shortage
    if short is None:
        text = f"Stored features take {megabytes(stored.bytes)} and make each pass quick."
        return Finding("good", text)
    need = f"they need {megabytes(stored.bytes)}"
    if short.by_limit:
        limit = _label("bank_limit")
        why = f'{need}, more than the {short.room / 1e9:g} GB that "{limit}" allows'
        cure = f'Allow more at "{limit}" in the advanced settings'
    else:
        there = f"{max(short.room, 0) / 1e6:,.0f} MB"
        why = f"{need}, and the disk has only {there} for them (1 GB stays free)"
        cure = f"Free {megabytes(stored.bytes - short.room)} on the project's disk"
    if stored.required:
        other = f'set "{_label("feature_bank")}" to "{FEATURE_BANK["auto"]}"'
        return Finding("error", f"Features cannot be stored: {why}.", f"{cure}, or {other}.")
    text = "Features cannot be stored, so each pass takes longer."
    return Finding("warning", text, f"{why[0].upper()}{why[1:]}. {cure} to have them stored.")


def _label(name: str) -> str:
    return field_label(name, TrainConfig.model_fields[name])
