"""Whatever comes in: the pure parts of the gateway answer or raise their one error, and lose nothing on the way."""

from __future__ import annotations

import base64
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import tokens
from messaging.gateway import rest, soap
from messaging.gateway.content import ContentError, checked_document, decode_base64, document_bytes
from portal.network import NetworkError, client_address, covers, parse_address, parse_network

MAX = 100_000
# What XML 1.0 can hold; a carriage return becomes a line feed there.
_XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n", exclude_characters="\ufffe\uffff")
)
_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<UploadMessage xmlns="urn:Afas.Profit.Services">{}</UploadMessage></s:Body></s:Envelope>'
)
_WHOLE = _ENVELOPE.format("<token>t</token><messageContent><![CDATA[<a/>]]></messageContent>").encode()
_CONTENT_TYPES = st.sampled_from(
    ["text/xml", "text/xml; charset=utf-8", "application/soap+xml; charset=UTF-16", "x"]
) | (st.text(max_size=40).map("text/xml; charset={}".format))


def _parse(body: bytes, content_type: str) -> soap.SoapCall | None:
    try:
        return soap.parse_call(body, content_type=content_type, max_bytes=MAX)
    except soap.SoapError:
        return None


@given(st.binary(max_size=500), _CONTENT_TYPES)
def test_any_bytes_are_a_call_or_no_call(body: bytes, content_type: str) -> None:
    assert _parse(body, content_type) is None


@given(st.lists(st.tuples(st.integers(0, len(_WHOLE)), st.binary(max_size=4)), min_size=1, max_size=5), _CONTENT_TYPES)
def test_a_damaged_envelope_is_a_call_or_no_call(wounds: list[tuple[int, bytes]], content_type: str) -> None:
    body = _WHOLE
    for at, put in wounds:
        body = body[:at] + put + body[at + len(put) :]

    call = _parse(body, content_type)

    assert call is None or all(isinstance(value, str) for value in call.fields.values())


@given(st.integers(0, len(_WHOLE) - 1))
def test_a_cut_off_envelope_is_no_call(length: int) -> None:
    assert _parse(_WHOLE[:length], "text/xml") is None


@given(_XML_TEXT, st.sampled_from(["utf-8", "utf-16"]), st.booleans())
def test_a_field_comes_through_as_it_was_sent(text: str, encoding: str, in_header: bool) -> None:
    body = _ENVELOPE.replace("utf-8", encoding).format(f"<externalMessageId>{escape(text)}</externalMessageId>")

    call = _parse(body.encode(encoding), f"text/xml; charset={encoding}" if in_header else "text/xml")

    assert call is not None
    assert call.field("externalMessageId") == text


@given(_XML_TEXT.filter(lambda text: "]]>" not in text))
def test_a_section_comes_through_as_it_was_sent(text: str) -> None:
    call = _parse(_ENVELOPE.format(f"<messageContent><![CDATA[{text}]]></messageContent>").encode(), "text/xml")

    assert call is not None
    assert call.field("messageContent") == text


# Content --------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=200))
def test_a_field_is_a_document_or_no_document(field: str) -> None:
    try:
        found = document_bytes(field)
    except ContentError:
        return

    assert checked_document(found) == found


@given(_XML_TEXT, st.sampled_from(["utf-8", "iso-8859-1", "windows-1252", "utf-16", "punycode", "no-such"]))
def test_a_document_as_text_is_kept_whole(text: str, declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><a>{escape(text)}</a>'

    kept = document_bytes(document)

    readable = "utf-8-sig" if kept.startswith(b"\xef\xbb\xbf") else declared
    assert kept.decode(readable) == document


@given(st.binary(max_size=200))
def test_a_document_in_base64_is_kept_byte_for_byte(raw: bytes) -> None:
    document = b"PK\x03\x04" + raw
    encoded = base64.b64encode(document).decode()
    folded = base64.encodebytes(document).decode()

    assert (document_bytes(encoded), document_bytes(folded)) == (document, document)
    assert decode_base64(encoded) == document


# Tokens, JSON, addresses ----------------------------------------------------------------------------------------------


@given(st.text(max_size=200))
def test_any_text_is_a_token_or_none(text: str) -> None:
    for read in (tokens.read_text, tokens.read_header):
        said = "no token"
        try:
            found = read(text)
        except tokens.TokenError as error:
            found, said = None, str(error)
        assert (found, said) == (None, "no token")


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["", " ", "\n", "\r\n\t"]), st.booleans())
def test_a_token_is_read_in_any_dress(raw: bytes, gap: str, lower: bool) -> None:
    data = raw.hex().upper()
    shown = data.lower() if lower else data
    text = f"{gap}<token>{gap}<version>1</version>{gap}<data>{shown}</data>{gap}</token>{gap}"
    header = "aFASTOKEN " + base64.b64encode(text.encode()).decode()

    assert (tokens.read_text(text), tokens.read_header(header)) == (data, data)
    assert tokens.digest(shown) == tokens.digest(data)


@given(st.binary(max_size=200))
def test_any_body_is_an_object_or_an_error(body: bytes) -> None:
    try:
        fields = rest.parse_fields(body, connector="CommSvcConnector")
    except rest.RestError:
        return

    assert all(isinstance(value, str) for value in fields.values())


@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_any_query_is_fields_or_an_error(query: str) -> None:
    try:
        fields = rest.parse_query(query)
    except rest.RestError:
        return

    assert all(name == name.lower() for name in fields)


_ADDRESSES = st.ip_addresses().map(str)
_TRUSTED = [parse_network("10.0.0.0/8"), parse_network("2001:db8::/32")]


@given(st.text(st.characters(max_codepoint=255), max_size=100))
def test_a_header_of_a_stranger_never_changes_the_address(forwarded_for: str) -> None:
    assert client_address("203.0.113.7", forwarded_for, _TRUSTED) == (parse_address("203.0.113.7"), ())


@given(st.lists(_ADDRESSES | st.text(max_size=10), max_size=5), st.sampled_from(["10.0.0.1", "::ffff:10.0.0.1"]))
def test_the_client_is_the_last_hop_that_no_trusted_proxy_vouches_for(hops: list[str], peer: str) -> None:
    address, proxies = client_address(peer, ",".join(hops), _TRUSTED)

    assert all(any(covers(network, proxy) for network in _TRUSTED) for proxy in proxies)
    assert (address == parse_address(peer)) == (proxies == ()) or str(address) in {"10.0.0.1"}


@given(st.text(max_size=50))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        found = parse_address(text)
    except NetworkError:
        with pytest.raises(NetworkError):
            client_address(text, "", _TRUSTED)
        return

    assert client_address(text, "", _TRUSTED) == (found, ())
