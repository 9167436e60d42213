"""Which projection a bank uses: that of an earlier run as long as it fits the photos of today."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

import numpy as np
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic_with
from segstudio.learning.bank.projection import Projection, fit, kept_by

FIT_PHOTOS = 24
# How much less of the energy of new photos an old basis may keep than of those it was made of.
_LOSS = 0.01

Raw = Callable[[str], torch.Tensor]


def settle(path: Path, rank: int, photos: Mapping[str, str], raw: Raw) -> Projection:
    """Return the projection to use, kept in `path` from run to run.

    `photos` names the training photos by the digest of their content, `raw` gives the map of a
    name. A new basis would cost all that is stored, so an old one stays while it keeps about as
    much of photos that it has not seen.
    """
    old = _read(path, rank)
    if old is not None:
        projection, known = old
        unseen = [name for digest, name in photos.items() if digest not in known][:FIT_PHOTOS]
        if not unseen or kept_by(projection.basis, map(raw, unseen)) > projection.kept - _LOSS:
            if unseen:
                _write(path, projection, known | photos.keys())
            return projection
    chosen = _spread(list(photos.values()))
    projection = fit(map(raw, chosen), rank)
    _write(path, projection, frozenset(photos))
    return projection


def _spread(names: list[str]) -> list[str]:
    """Return at most FIT_PHOTOS names, evenly from the whole list."""
    places = np.linspace(0, len(names) - 1, min(len(names), FIT_PHOTOS))
    return [names[int(place)] for place in places]


def _read(path: Path, rank: int) -> tuple[Projection, frozenset[str]] | None:
    """Read a kept projection and the digests of its photos; None where there is no whole one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            basis, kept = torch.from_numpy(file["basis"]), float(file["kept"])
            known = frozenset(map(str, file["photos"]))
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):
        return None
    return (Projection(basis, kept), known) if basis.shape[1] == rank else None


def _write(path: Path, projection: Projection, photos: frozenset[str]) -> None:
    """Keep a projection; on a full disk this run still has it."""
    basis, names = projection.basis.cpu().numpy(), np.array(sorted(photos))

    def write(stream: IO[bytes]) -> None:
        np.savez(stream, basis=basis, kept=projection.kept, photos=names)

    with contextlib.suppress(SegStudioError):
        write_atomic_with(path, write)
