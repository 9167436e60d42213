"""Annotation formats that SegStudio reads.

How to add one:
1. write `formats/<name>.py` with a class that has the members of `formats.base.Format`;
2. put one object of it into `FORMATS` below: detection, the command line, the import page and
   the contract tests follow;
3. put small files into `tests/assets/<name>/{good,bad,expected}`.
"""

from __future__ import annotations

from segstudio.core.errors import UsageError
from segstudio.formats.base import Format
from segstudio.formats.coco import Coco
from segstudio.formats.cvat_images import CvatImages
from segstudio.formats.cvat_video import CvatVideo
from segstudio.formats.labelme_json import LabelmeJson
from segstudio.formats.labelme_xml import LabelMeXml
from segstudio.formats.masks import Masks

FORMATS: tuple[Format, ...] = (
    CvatImages(),
    CvatVideo(),
    LabelMeXml(),
    LabelmeJson(),
    Coco(),
    Masks(),
)


def format_named(name: str) -> Format:
    """Return the format of that name; UsageError where there is none."""
    for entry in FORMATS:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in FORMATS)
    raise UsageError(f'There is no format "{name}".', remedy=f"Use one of: {known}.")
