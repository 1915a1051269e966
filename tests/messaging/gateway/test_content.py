"""From the text of a field to the bytes of the document that the sender had."""

from __future__ import annotations

import base64
import codecs

import pytest

from messaging.gateway.content import ContentError, decode_base64, document_bytes


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "iso-8859-1", "windows-1252"])
def test_a_document_gets_the_encoding_that_it_declares(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'

    assert document_bytes(text) == text.encode(encoding)


def test_a_document_that_declares_utf_16_gets_it_with_its_mark() -> None:
    text = '<?xml version="1.0" encoding="UTF-16LE"?><a>é</a>'

    assert document_bytes(text).decode("utf-16") == text
    assert document_bytes(text).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


# The first two take minutes for a text like this.
@pytest.mark.parametrize("encoding", ["punycode", "idna", "utf-7", "cp037", "rot13", "unheard-of"])
def test_an_encoding_that_is_not_read_here_becomes_utf_8(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>' + "".join(map(chr, range(0x4E00, 0x9E00))) + "</a>"

    assert document_bytes(text) == codecs.BOM_UTF8 + text.encode()


def test_what_does_not_fit_the_declared_encoding_becomes_utf_8() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?><a>€</a>'

    assert document_bytes(text) == codecs.BOM_UTF8 + text.encode()


def test_layout_and_a_mark_before_a_document_are_dropped() -> None:
    assert document_bytes("\ufeff\r\n <a/>\n") == b"<a/>\n"


def test_base64_may_be_broken_into_lines() -> None:
    document = b"PK\x03\x04" + bytes(range(256))

    assert document_bytes("\n" + base64.encodebytes(document).decode()) == document


@pytest.mark.parametrize("field", ["", " \r\n", "\ufeff"])
def test_an_empty_field_is_missing(field: str) -> None:
    with pytest.raises(ContentError) as caught:
        document_bytes(field)

    assert caught.value.missing


@pytest.mark.parametrize("field", ["text", "aGVsbG8", "aGVsbG8=", "é", "YQ==YQ=="])
def test_what_is_neither_xml_nor_a_document_in_base64_is_unreadable(field: str) -> None:
    with pytest.raises(ContentError) as caught:
        document_bytes(field)

    assert not caught.value.missing


def test_no_pdf_is_no_bytes() -> None:
    assert decode_base64("") == b""
