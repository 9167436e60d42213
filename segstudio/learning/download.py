"""Published weights: in torch's own cache, or downloaded into it with progress and checksum."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import torch

from segstudio.core.errors import WeightsError
from segstudio.core.events import Message, Progress, Reporter
from segstudio.core.files import write_atomic_with
from segstudio.learning.models import PublishedWeights

MIRROR_VARIABLE = "SEGSTUDIO_WEIGHTS_MIRROR"
_CHUNK = 1 << 18
_TIMEOUT_SECONDS = 20


class Interrupted(Exception):
    """The user asked to stop before there was anything to keep."""


def cached_file(published: PublishedWeights) -> Path:
    """Return where torch keeps these weights, whether or not they are there."""
    return Path(torch.hub.get_dir()) / "checkpoints" / published.file_name


def fetch(published: PublishedWeights, report: Reporter) -> Path:
    """Return the file of published weights, downloading it where the cache has no sound one.

    Raises WeightsError where it cannot be had, and Interrupted when asked to stop.
    """
    target = cached_file(published)
    if target.is_file():
        if _digest(target).startswith(published.sha256):
            return target
        report(Message(f"{target} is damaged and will be downloaded again."))
    if not published.sha256:
        raise _unchecked(published)
    url = _url(published)
    report(Message(f"Downloading {url} into {target.parent}."))
    write_atomic_with(target, lambda stream: _download(url, published, stream, report))
    return target


def _url(published: PublishedWeights) -> str:
    """Return the address, on the mirror where one is set."""
    mirror = os.environ.get(MIRROR_VARIABLE, "").strip()
    return f"{mirror.rstrip('/')}/{published.file_name}" if mirror else published.url


def _download(url: str, published: PublishedWeights, stream: IO[bytes], report: Reporter) -> None:
    """Copy the address into the stream; a wrong checksum, like any failure, keeps nothing."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            done = 0
            while chunk := answer.read(_CHUNK):
                if report.stop_requested:
                    raise Interrupted
                _write(stream, chunk)
                digest.update(chunk)
                done += len(chunk)
                detail = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
                report(Progress("Downloading the weights", done, total, detail))
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        answered = isinstance(error, urllib.error.HTTPError)
        reason = error if answered else getattr(error, "reason", error)
        raise _offline(url, published, f"{reason}") from error
    if total and done < total:
        raise _offline(url, published, f"only {done} of {total} bytes came")
    if not digest.hexdigest().startswith(published.sha256):
        raise _offline(url, published, "what came has the wrong checksum")


def _write(stream: IO[bytes], chunk: bytes) -> None:
    """Write a chunk; a failure here is the disk's, not the network's."""
    stream.write(chunk)


def _offline(url: str, published: PublishedWeights, reason: str) -> WeightsError:
    """Say what failed and the three ways on."""
    target = cached_file(published)
    return WeightsError(
        f"The weights could not be downloaded from {url}: {reason}.",
        meaning="The training starts from general knowledge that is downloaded once; there is no "
        "connection, or the server does not have it. Nothing was changed.",
        remedy="Choose a weights file (--set weights=FILE), train from scratch (--set weights=none)"
        f", or put {target.name} into {target.parent} and try again. A server of your own that has "
        f"it is named in {MIRROR_VARIABLE}.",
    )


def _unchecked(published: PublishedWeights) -> WeightsError:
    """Say why a file without a published checksum is left to the user, and how to get it."""
    target = cached_file(published)
    return WeightsError(
        f"The weights {target.name} are not downloaded by SegStudio.",
        meaning="Their makers publish no checksum, so a damaged or exchanged file could not be "
        "told from the right one.",
        remedy=f"Download {published.url} yourself and choose it (--set weights=FILE), or put it "
        f"into {target.parent} as {target.name}; or train from scratch (--set weights=none).",
    )


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
