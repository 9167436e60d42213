"""What a JSON file is, told by the names in it: ours to read, another tool's, or no annotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segstudio.formats.json_text import JsonText

# The first element of these lists tells a file's kind; what follows need not be looked at.
_DECISIVE = frozenset({"shapes", "annotations"})
_COCO = "Export the project as COCO with outlines (segmentation)"


@dataclass(frozen=True, slots=True)
class JsonKind:
    """The outermost value, the names in it, and those in each member or its first element.

    `opening` is "{" for an object and "[" for a list; of a list, `names` are its first element's.
    """

    opening: str
    names: frozenset[str]
    inner: Mapping[str, frozenset[str]]


def sniff(data: bytes, name: str) -> JsonKind:
    """Return what kind of JSON this is, reading no further than needed.

    Raises SegStudioError with file, line and column where it is none.
    """
    text = JsonText.of(data, name)
    inner: dict[str, frozenset[str]] = {}
    for entry in text.entries():
        if not entry.begins:
            continue
        names = frozenset(entry.value) if isinstance(entry.value, dict) else frozenset()
        if text.opening != "{":
            members = entry.value.items() if isinstance(entry.value, dict) else ()
            nested = {key: _first_names(value) for key, value in members}
            return JsonKind(text.opening, names, nested)
        inner[entry.key] = names
        if entry.key in _DECISIVE and entry.index is not None:
            break
    return JsonKind(text.opening, frozenset(inner), inner)


def other_tool(kind: JsonKind) -> str | None:
    """Return whose annotations these are and what to do, None where they are nobody's we know."""
    if kind.opening == "[":
        rows: tuple[tuple[frozenset[str], str], ...] = _LISTS
    elif kind.opening == "{":
        if any({"regions", "filename"} <= names for names in kind.inner.values()):
            return _VIA
        for key, names, reason in _INNER:
            if names & kind.inner.get(key, frozenset()):
                return reason
        rows = _OBJECTS
    else:
        return None
    return next((reason for names, reason in rows if names <= kind.names), None)


def own_file(kind: JsonKind) -> str | None:
    """Return which file of SegStudio's own this is, None where it is none."""
    return next((reason for names, reason in _OWN if names <= kind.names), None)


def _first_names(value: object) -> frozenset[str]:
    """Return the names in an object, or in the first element of a list of objects."""
    first = value[0] if isinstance(value, list) and value else value
    return frozenset(first) if isinstance(first, dict) else frozenset()


_VIA = (
    "this is a project of the VGG Image Annotator (VIA), which is not read; "
    "export it there as COCO format"
)
_LABEL_STUDIO = (
    "this is Label Studio's own JSON, which is not read; export the project there as COCO"
)
_LABELBOX = f"this is Labelbox's own JSON, which is not read. {_COCO}"
_LISTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"data", "annotations"}), _LABEL_STUDIO),
    (frozenset({"data", "completions"}), _LABEL_STUDIO),
    (frozenset({"data", "predictions"}), _LABEL_STUDIO),
    (frozenset({"annotation_id", "annotator"}), _LABEL_STUDIO),
    (frozenset({"annotation_id", "lead_time"}), _LABEL_STUDIO),
    (frozenset({"Labeled Data", "Label"}), _LABELBOX),
    (frozenset({"data_row", "projects"}), _LABELBOX),
    (
        frozenset({"shapes", "tracks"}),
        "this is part of a CVAT backup, which is not read; "
        'export the task there as "CVAT for images 1.1"',
    ),
    (
        frozenset({"image_id", "category_id"}),
        "these are COCO results: a list of shapes without the list of images; "
        "name the annotation file of the set instead",
    ),
    (
        frozenset({"image", "annotations"}),
        "this is Create ML's JSON: its annotations are boxes without an outline, "
        "so there is nothing to fill",
    ),
    (frozenset({"name", "labels"}), f"this is BDD100K's JSON, which is not read. {_COCO}"),
)
_OBJECTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"_via_settings"}), _VIA),
    (frozenset({"_via_img_metadata"}), _VIA),
    (frozenset({"data_row", "projects"}), _LABELBOX),
    (
        frozenset({"imgHeight", "imgWidth", "objects"}),
        "these are the polygons of Cityscapes, which are not read; "
        "name its folder of label images (..._labelIds.png) instead",
    ),
    (frozenset({"size", "objects"}), f"this is Supervisely's own JSON, which is not read. {_COCO}"),
    (
        frozenset({"type", "features"}),
        "this is GeoJSON: its coordinates are places on a map, not pixels of a photo",
    ),
    (frozenset({"categories", "items"}), f"this is Datumaro's JSON, which is not read. {_COCO}"),
    (frozenset({"asset", "regions"}), f"this is VoTT's JSON, which is not read. {_COCO}"),
)
# By a member and what the names in its first element tell.
_INNER: tuple[tuple[str, frozenset[str], str], ...] = (
    (
        "annotations",
        frozenset({"segments_info"}),
        "this is COCO panoptic: its regions are in PNG files beside it; "
        "name the folder of those, or export the set as COCO instances",
    ),
    (
        "annotations",
        frozenset({"caption"}),
        "this is COCO captions: it says what photos show and has no outlines",
    ),
    ("annotations", frozenset({"result", "completed_by"}), _LABEL_STUDIO),
)
_OWN: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"schema", "classes", "background"}),
        "this is a palette of SegStudio, which is named with --palette",
    ),
    (frozenset({"items", "converted", "problems"}), "this is a report of SegStudio"),
    (frozenset({"photo", "width", "height", "shapes"}), "this is what a project keeps of a photo"),
)
