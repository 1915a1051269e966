"""The one place where XML is parsed: what it accepts, and every attack that it refuses before a tree exists."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from messaging.safe_xml import (
    DEFAULT_MAX_DEPTH,
    DEFAULT_MAX_NODES,
    XmlError,
    XmlErrorCode,
    local_name,
    parse_xml,
)

MAX = 30 * 2**20


def refusal(
    data: bytes,
    *,
    max_bytes: int = MAX,
    max_depth: int = DEFAULT_MAX_DEPTH,
    max_nodes: int = DEFAULT_MAX_NODES,
) -> XmlError:
    with pytest.raises(XmlError) as caught:
        parse_xml(data, max_bytes=max_bytes, max_depth=max_depth, max_nodes=max_nodes)
    return caught.value


def test_a_document_is_parsed_to_its_root_element() -> None:
    root = parse_xml(b'<a:b xmlns:a="urn:x"><a:c>1 &lt; 2</a:c></a:b>', max_bytes=MAX)

    assert local_name(root) == "b"
    assert root[0].text == "1 < 2"


def test_comments_instructions_and_cdata_leave_one_whole_text() -> None:
    root = parse_xml(b"<a>1<!-- <x> -->2<?php <y> ?>3<![CDATA[<z>]]>4</a>", max_bytes=MAX)

    assert (root.text, len(root)) == ("123<z>4", 0)


def test_white_space_before_the_declaration_is_forgiven() -> None:
    assert parse_xml(b'\r\n <?xml version="1.0"?><a/>', max_bytes=MAX).tag == "a"


def test_text_beyond_the_ten_megabytes_of_libxml2_passes() -> None:
    escaped = b"&lt;x&gt;" * 3_000_000

    assert len(parse_xml(b"<a>" + escaped + b"</a>", max_bytes=MAX).text or "") == 9_000_000


@pytest.mark.parametrize(
    ("declared", "encoded"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("ISO-8859-1", "iso-8859-1"),
        ("Windows-1252", "cp1252"),
        ("utf-16", "utf-8"),  # .NET declares the encoding of its strings and sends another one
    ],
)
def test_the_declared_encoding_is_honoured(declared: str, encoded: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><a>privé</a>'.encode(encoded)

    assert parse_xml(data, max_bytes=MAX).text == "privé"


def test_the_charset_of_the_transport_wins_over_the_declaration() -> None:
    data = '<?xml version="1.0" encoding="utf-8"?><a>privé €</a>'.encode("cp1252")

    assert parse_xml(data, max_bytes=MAX, encoding=" Windows-1252").text == "privé €"


def test_a_byte_order_mark_wins_over_the_charset_of_the_transport() -> None:
    assert parse_xml("<a>é</a>".encode("utf-8-sig"), max_bytes=MAX, encoding="iso-8859-1").text == "é"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b+AD4-</a>',
        b'<?xml version="1.0" encoding="ebcdic-cp-nl"?><a/>',
        "<a/>".encode("utf-32"),
        b"<a>\xff</a>",
        b"<a>\xc0\xbc</a>",  # an overlong "<"
        b'<?xml version="1.0" encoding="windows-1252"?><a>\x81</a>',
        b"\xff\xfe<\x00a\x00/\x00>\x00\x00",
    ],
)
def test_other_and_broken_encodings_are_refused(data: bytes) -> None:
    assert refusal(data).code is XmlErrorCode.ENCODING


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html/>',
        b"<!doctype html><html/>",
        b"<a><!DOCTYPE a></a>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
        b'<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;">]><a>&n;</a>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "default">]><a/>',
    ],
)
def test_every_document_type_is_refused(data: bytes) -> None:
    assert refusal(data).code is XmlErrorCode.DOCTYPE


def test_a_document_type_in_escaped_or_quoted_content_is_just_text() -> None:
    root = parse_xml(b"<a b='!DOCTYPE'><![CDATA[<!DOCTYPE html>]]>&lt;!DOCTYPE b&gt;</a>", max_bytes=MAX)

    assert root.text == "<!DOCTYPE html><!DOCTYPE b>"


def test_entities_that_nobody_declared_are_not_well_formed() -> None:
    assert refusal(b"<a>&nbsp;</a>").code is XmlErrorCode.NOT_WELL_FORMED


def test_xinclude_is_left_as_an_inert_element() -> None:
    root = parse_xml(
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/hostname" parse="text"/></a>',
        max_bytes=MAX,
    )

    assert etree.tostring(root[0]).startswith(b"<xi:include")
    assert root.text is None


def test_depth_is_bounded_exactly() -> None:
    assert parse_xml(b"<a>" * 5 + b"</a>" * 5, max_bytes=MAX, max_depth=5).tag == "a"
    assert refusal(b"<a>" * 6 + b"</a>" * 6, max_depth=5).code is XmlErrorCode.TOO_DEEP


def test_deep_nesting_is_refused_by_default() -> None:
    assert refusal(b"<a>" * 1_000_000).code is XmlErrorCode.TOO_DEEP


def test_a_million_attributes_are_refused() -> None:
    data = b"<a " + b" ".join(b'a%d="1"' % number for number in range(1_000_000)) + b"/>"

    assert refusal(data).code is XmlErrorCode.TOO_MANY_NODES


def test_a_million_elements_are_refused() -> None:
    assert refusal(b"<a>" + b"<b/>" * 1_000_000 + b"</a>").code is XmlErrorCode.TOO_MANY_NODES


def test_the_node_bound_counts_tags_and_attributes() -> None:
    data = b'<a x="1"><b/></a>'  # two start tags, one end tag, one attribute

    assert parse_xml(data, max_bytes=MAX, max_nodes=4).tag == "a"
    assert refusal(data, max_nodes=3).code is XmlErrorCode.TOO_MANY_NODES


def test_size_is_bounded_before_anything_is_looked_at() -> None:
    assert refusal(b"<a>12345</a>", max_bytes=11).code is XmlErrorCode.TOO_LARGE


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf"])
def test_nothing_is_named_as_such(data: bytes) -> None:
    assert refusal(data).code is XmlErrorCode.EMPTY


def test_a_nul_is_refused() -> None:
    assert refusal(b"<a>1\0</a>").code is XmlErrorCode.NUL


@pytest.mark.parametrize(
    "data",
    [
        b"no markup at all",
        b"<",
        b"<a",
        b"<a>",
        b"<a></b>",
        b"</a>",
        b"<a/><b/>",
        b"<a b=1/>",
        b'<a b="/>',
        b'<a b="1" b="2"/>',
        b"<a><!-- </a>",
        b"<a><![CDATA[ </a>",
        b"<a><? </a>",
        b"<a><!ELEMENT b></a>",
        b"<a>&#0;</a>",
        b"<a>&#xD800;</a>",
        b"<x:a/>",
        b"<a/>trailing",
    ],
)
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    assert refusal(data).code is XmlErrorCode.NOT_WELL_FORMED


def test_the_message_helps_a_developer_and_never_quotes_the_payload() -> None:
    error = refusal(b"<token>\n<SECRET></Other></token>")

    assert str(error) == "line 2, column 17: libxml2 error 76"
    assert error.__cause__ is None
    assert error.__suppress_context__


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"<a")
@example(b"\0<")
def test_bytes_give_a_tree_or_an_xml_error(data: bytes) -> None:
    try:
        root = parse_xml(data, max_bytes=MAX)
    except XmlError:
        return

    assert root.getroottree().docinfo.internalDTD is None


_MARKUP = """<a> </a> <b/> <b_c='>'/> <b_c="1"> </b> <!-- --> <![CDATA[ ]]> <?x ?> <!DOCTYPE_a> &lt; ' " > = < _"""
_FRAGMENTS = st.sampled_from(_MARKUP.replace("_", "\t").split(" "))


@settings(max_examples=500, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=12).map("".join))
def test_the_walk_never_refuses_what_libxml2_accepts(text: str) -> None:
    data = f"<r>{text}</r>".encode()
    try:
        expected = etree.tostring(etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True)))
    except etree.XMLSyntaxError:
        assert refusal(data).code in {XmlErrorCode.NOT_WELL_FORMED, XmlErrorCode.DOCTYPE}
        return

    assert etree.tostring(parse_xml(data, max_bytes=MAX)) == expected
