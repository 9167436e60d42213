"""Annotation files as the tools write them: LabelMe XML and CVAT for images 1.1."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from canvas import HEIGHT, WIDTH
from outlines import Shape

CLASSES: tuple[tuple[str, str], ...] = (
    ("sky", "#56b4e9"),
    ("ground", "#e69f00"),
    ("trees", "#009e73"),
    ("balloon", "#cc79a7"),
)
STAMP = "2026-01-01 12:00:00.000000+00:00"


def write_labelme(path: Path, photo: str, shapes: list[Shape]) -> None:
    """Write one photo's shapes as LabelMe XML."""
    root = ElementTree.Element("annotation")
    _text(root, "filename", photo)
    _text(root, "folder", "")
    source = ElementTree.SubElement(root, "source")
    _text(source, "sourceImage", "")
    _text(source, "sourceAnnotation", "CVAT")
    size = ElementTree.SubElement(root, "imagesize")
    _text(size, "nrows", str(HEIGHT))
    _text(size, "ncols", str(WIDTH))
    for number, shape in enumerate(shapes):
        _labelme_object(root, number, shape)
    _write(path, root, declaration=False)


def write_cvat(path: Path, photos: dict[str, list[Shape]]) -> None:
    """Write the shapes of several photos as one CVAT file, with the task's list of labels."""
    root = ElementTree.Element("annotations")
    _text(root, "version", "1.1")
    _cvat_meta(root, len(photos))
    for number, (photo, shapes) in enumerate(photos.items()):
        image = ElementTree.SubElement(
            root, "image", id=str(number), name=photo, width=str(WIDTH), height=str(HEIGHT)
        )
        for shape in shapes:
            _cvat_shape(image, shape)
    _write(path, root, declaration=True)


def _text(parent: ElementTree.Element, name: str, value: str) -> None:
    """Add a child element with a text."""
    ElementTree.SubElement(parent, name).text = value


def _write(path: Path, root: ElementTree.Element, *, declaration: bool) -> None:
    """Write a tree indented by two spaces, empty elements as a pair of tags."""
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    head = '<?xml version="1.0" encoding="utf-8"?>\n' if declaration else ""
    path.write_text(head + body + "\n", encoding="utf-8", newline="\n")


def _labelme_object(root: ElementTree.Element, number: int, shape: Shape) -> None:
    """Add one outlined object."""
    item = ElementTree.SubElement(root, "object")
    for name, value in (
        ("name", shape.label),
        ("deleted", "0"),
        ("verified", "0"),
        ("occluded", "no"),
        ("date", ""),
        ("id", str(number)),
    ):
        _text(item, name, value)
    parts = ElementTree.SubElement(item, "parts")
    _text(parts, "hasparts", "")
    _text(parts, "ispartof", "")
    polygon = ElementTree.SubElement(item, "polygon")
    for x, y in shape.points:
        point = ElementTree.SubElement(polygon, "pt")
        _text(point, "x", f"{x:.2f}")
        _text(point, "y", f"{y:.2f}")
    _text(polygon, "username", "cvat")
    _text(item, "attributes", "")


def _cvat_meta(root: ElementTree.Element, size: int) -> None:
    """Add the description of the task."""
    task = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "task")
    for name, value in (
        ("id", "1"),
        ("name", "balloons"),
        ("size", str(size)),
        ("mode", "annotation"),
        ("overlap", "0"),
        ("bugtracker", ""),
        ("created", STAMP),
        ("updated", STAMP),
        ("subset", "default"),
        ("start_frame", "0"),
        ("stop_frame", str(size - 1)),
        ("frame_filter", ""),
    ):
        _text(task, name, value)
    labels = ElementTree.SubElement(task, "labels")
    for name, colour in CLASSES:
        label = ElementTree.SubElement(labels, "label")
        _text(label, "name", name)
        _text(label, "color", colour)
        _text(label, "type", "any")
        _text(label, "attributes", "")
    _text(root[-1], "dumped", STAMP)


def _cvat_shape(image: ElementTree.Element, shape: Shape) -> None:
    """Add one polygon or box."""
    common = {"label": shape.label, "source": "manual", "occluded": "0"}
    if shape.is_box:
        (left, top), (right, bottom) = shape.points
        corners = {"xtl": left, "ytl": top, "xbr": right, "ybr": bottom}
        place = {name: f"{value:.2f}" for name, value in corners.items()}
        ElementTree.SubElement(image, "box", {**common, **place, "z_order": "0"})
    else:
        points = ";".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
        ElementTree.SubElement(image, "polygon", {**common, "points": points, "z_order": "0"})
