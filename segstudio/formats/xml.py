"""Hardened XML: no DTD, no entities, no network, no huge nodes; errors name file and line."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from segstudio.core.errors import SegStudioError

# How an XML prolog may begin before the root element, in any ASCII-like encoding.
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
# The declaration, blanks before it that some programs put there, and the encoding it states.
_DECLARATION = re.compile(rb"([ \t\r\n]*)(<\?xml\s[^>]*\?>)")
_STATED = re.compile(rb"(?<=encoding=[\"'])[\w.-]+")
# What Python's XML writer may call encodings that the parser knows by these names.
_ENCODINGS = {"iso8859-1": b"ISO-8859-1", "utf-8": b"UTF-8", "utf-8-sig": b"UTF-8"}
# How the parser says that bytes are no characters.
_ENCODING = re.compile(r"not proper UTF-8|[Ii]nvalid bytes|[Ee]ncoding error|conversion failed")
# How it says that a value is too long or the nesting too deep.
_TOO_MUCH = re.compile(r"limit|too long|[Ee]xcessive depth|[Mm]aximum")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Seen below the root, these tell the formats apart.
_MARKS = frozenset(
    {
        *("image", "track", "meta", "version"),
        *("polygon", "segm", "bndbox", "imagesize", "sourceAnnotation", "filename"),
    }
)
_DECISIVE = frozenset({"image", "track", "polygon", "segm", "bndbox"})


@dataclass(frozen=True, slots=True)
class XmlKind:
    """The root element and which telling elements were seen below it.

    The mark "interpolation" stands for CVAT's `<mode>` of that text: the task is a video.
    """

    root: str
    marks: frozenset[str]


def parse(data: bytes, name: str) -> etree._Element:
    """Parse a whole document and return its root; SegStudioError names file, line and column."""
    data = _accepted(data, name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise _refusal(error, name) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype_refusal(name, 1)
    return root


def stream(data: bytes, name: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Yield the finished elements of `tags` one by one, dropping each after use.

    Raises SegStudioError with file, line and column when it comes to where the XML breaks.
    """
    data = _accepted(data, name)
    try:
        for _, element in _events(data, ("end",), tags):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise _refusal(error, name) from error


def sniff(data: bytes, name: str) -> XmlKind:
    """Return what kind of XML this is, reading no further than needed.

    Raises SegStudioError with file and line where it is none or declares a DOCTYPE.
    """
    data = _accepted(data, name)
    start = data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start and not start.startswith(b"<"):
        raise SegStudioError(
            f"{name}, line 1: this is not XML.",
            meaning="Its name or place says XML, its content does not begin like it.",
            remedy="Export the annotations again, for example as CVAT for images 1.1.",
        )
    root: str | None = None
    marks: set[str] = set()
    try:
        for event, element in _events(data, ("start", "end"), None):
            tag = str(element.tag)
            if event == "end":
                if tag == "mode" and (element.text or "").strip() == "interpolation":
                    marks.add("interpolation")
            elif root is None:
                root = tag
                if root not in ("annotation", "annotations"):
                    break
            elif tag in _MARKS:
                marks.add(tag)
                if tag in _DECISIVE:
                    break
    except (etree.LxmlError, ValueError, LookupError) as error:
        # What came before the break may tell whose file it is.
        if not marks & _DECISIVE:
            raise _refusal(error, name) from error
    return XmlKind(root or "", frozenset(marks))


def line_of(element: etree._Element) -> int | None:
    """Return the line of the file that an element begins on."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def text_of(element: etree._Element, path: str) -> str:
    """Return the stripped text of a child, empty where there is none."""
    return (element.findtext(path) or "").strip()


def _events(
    data: bytes, events: tuple[str, ...], tags: tuple[str, ...] | None
) -> Iterator[tuple[str, etree._Element]]:
    """Iterate over parser events with every door shut."""
    parsed: Iterator[tuple[str, etree._Element]] = etree.iterparse(
        io.BytesIO(data),
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
    )
    first = True
    for name, element in parsed:
        # An exotic encoding may have hidden a DOCTYPE from the look at the prolog.
        if first and element.getroottree().docinfo.internalDTD is not None:
            raise ValueError("it declares a DOCTYPE")
        first = False
        yield name, element


def _accepted(data: bytes, name: str) -> bytes:
    """Return the document as the parser takes it, with its lines where they are.

    Raises SegStudioError for a DOCTYPE.
    """
    _refuse_doctype(data, name)
    found = _DECLARATION.match(data)
    if found is None:
        return data
    blanks, declaration = found.groups()
    return _STATED.sub(_known_encoding, declaration) + blanks + data[found.end() :]


def _known_encoding(stated: re.Match[bytes]) -> bytes:
    try:
        return _ENCODINGS.get(codecs.lookup(stated[0].decode()).name, stated[0])
    except LookupError:
        return stated[0]


def _refuse_doctype(data: bytes, name: str) -> None:
    """Refuse a DOCTYPE before any parser sees it: it can only be used for harm here."""
    for mark in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data = data[len(mark) :]
            break
    # UTF-16 and UTF-32 differ from ASCII by zero bytes as far as the prolog's signs go.
    text = data.replace(b"\0", b"") if b"\0" in data[:64] else data
    position = 0
    while match := _PROLOG.match(text, position):
        position = match.end()
    if text[position : position + 9].upper() == b"<!DOCTYPE":
        raise _doctype_refusal(name, text.count(b"\n", 0, position) + 1)


def _doctype_refusal(name: str, line: int) -> SegStudioError:
    """Return the message for a document type declaration."""
    return SegStudioError(
        f"{name}, line {line}: the file declares a DOCTYPE (a DTD with entities) and was refused.",
        meaning="No labelling tool writes one; it can be used to read files or fill the memory.",
        remedy="Export the annotations again, or delete the DOCTYPE if you trust the file.",
    )


def _refusal(error: Exception, name: str) -> SegStudioError:
    """Turn a parser's error into one with file, line and column."""
    line, column = 1, 1
    if isinstance(error, etree.XMLSyntaxError):
        position = error.position
        line, column = max(1, position[0] or 1), max(1, position[1] or 1)
    reason = str(error.msg if isinstance(error, etree.XMLSyntaxError) else error)
    reason = re.sub(r",? line \d+, column \d+.*$", "", reason, flags=re.DOTALL)
    reason = re.sub(r",? (use|try) XML_PARSE_HUGE( option)?", "", reason).strip()
    if _ENCODING.search(reason):
        return SegStudioError(
            f"{name}, line {line}: its characters are not in the encoding that it states, which "
            "is UTF-8 where it states none.",
            meaning="It was probably written or changed by a program that uses an old encoding "
            "such as Windows-1252, without saying so.",
            remedy="Save it as UTF-8 with a text editor, or state its encoding in the first line, "
            'for example <?xml version="1.0" encoding="windows-1252"?>.',
        )
    if _TOO_MUCH.search(reason):
        return SegStudioError(
            f"{name}, line {line}, column {column}: this XML is too large or too deep in one place "
            f"({reason}).",
            meaning="No labelling tool writes that much into one value, or that many elements "
            "into each other.",
            remedy="Export it again, in smaller parts if it is really that large.",
        )
    return SegStudioError(
        f"{name}, line {line}, column {column}: this is no complete XML ({reason}).",
        meaning="The file is damaged, cut short or something else than XML.",
        remedy="Export or download it again.",
    )
