"""Hardened XML: what is refused, with its place, and what is let in."""

from __future__ import annotations

import pytest

from segstudio.core.errors import SegStudioError
from segstudio.formats import xml


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><annotations/>',
        '<?xml version="1.0"?>\n<!-- <b/> -->\n<!DOCTYPE a SYSTEM "http://x/y.dtd"><annotations/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_doctype_is_refused_before_parsing(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    for read in (xml.parse, xml.sniff, lambda d, n: list(xml.stream(d, n, ("image",)))):
        with pytest.raises(SegStudioError, match=r"a\.xml, line \d+: .*DOCTYPE"):
            read(data, "a.xml")


def test_a_doctype_in_another_disguise_is_refused_too() -> None:
    data = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE annotations+AD4APA-annotations/>'
    for read in (xml.parse, xml.sniff, lambda d, n: list(xml.stream(d, n, ("annotations",)))):
        with pytest.raises(SegStudioError, match=r"a\.xml"):
            read(data, "a.xml")


def test_a_break_is_told_with_line_and_column() -> None:
    with pytest.raises(SegStudioError, match=r"a\.xml, line 2, column \d+"):
        xml.parse(b"<annotation>\n<object>", "a.xml")
    with pytest.raises(SegStudioError, match=r"a\.xml, line 1: this is not XML"):
        xml.sniff(b"\x00\x01 no xml", "a.xml")
    deep = b"<annotations>" + b"<a>" * 60_000
    with pytest.raises(SegStudioError, match="depth"):
        xml.parse(deep, "a.xml")


def test_a_long_file_is_streamed_element_by_element() -> None:
    data = b"<annotations>" + b"<image name='a'><box/></image>" * 5000 + b"</annotations>"
    seen = 0
    for element in xml.stream(data, "a.xml", ("image",)):
        parent = element.getparent()
        assert parent is not None
        assert len(parent) < 2000
        assert len(element) == 1
        seen += 1
    assert seen == 5000


def test_a_file_in_another_encoding_than_it_says_is_told_so() -> None:
    with pytest.raises(SegStudioError, match=r"a\.xml, line 2: .*encoding"):
        xml.parse("<annotation>\n<name>caf\xe9</name></annotation>".encode("cp1252"), "a.xml")


@pytest.mark.parametrize("encoding", ["latin-1", "iso8859_1", "cp1252", "utf_8", "utf-16"])
def test_encodings_are_known_by_the_names_that_programs_give_them(encoding: str) -> None:
    text = f'\r\n<?xml version="1.0" encoding="{encoding}"?>\n<a><name>\r café\r\n</name></a>'
    data = text.removeprefix("\r\n" if encoding == "utf-16" else "").encode(encoding)
    assert xml.text_of(xml.parse(data, "a.xml"), "name") == "café"


def test_too_much_in_one_place_is_told_as_such() -> None:
    data = b"<a>\n<b points='" + b"1,1;" * 2_600_000 + b"'/></a>"
    with pytest.raises(SegStudioError, match=r"a\.xml, line \d+, column \d+: .*too large"):
        xml.parse(data, "a.xml")
