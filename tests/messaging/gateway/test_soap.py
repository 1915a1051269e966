"""Envelopes of all kinds that client programs send, and answers that all of them read."""

from __future__ import annotations

import codecs

import pytest
from lxml import etree

from messaging.gateway import soap
from messaging.gateway.soap import Blame, SoapCall, SoapError, Version

NS_11 = "http://schemas.xmlsoap.org/soap/envelope/"
NS_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
REFERENCE = "0123456789ABCDEF" * 2


def _envelope(inner: str, *, namespace: str = NS_11, header: str = "") -> str:
    return f'<s:Envelope xmlns:s="{namespace}">{header}<s:Body>{inner}</s:Body></s:Envelope>'


def _parse(text: str | bytes, content_type: str = "text/xml") -> SoapCall:
    body = text.encode() if isinstance(text, str) else text
    return soap.parse_call(body, content_type=content_type, max_bytes=1_000_000)


# Which method ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        'application/soap+xml; charset=utf-8; action="urn:Afas.Profit.Services/UploadMessage"',
        'application/soap+xml;action="urn:Afas.Profit.Services/GetMessageStatus"',
        "application/soap+xml",
        "text/xml",
        "",
    ],
)
def test_the_first_element_of_the_body_is_the_method_whatever_the_action_says(content_type: str) -> None:
    call = _parse(_envelope("<UploadMessage/>", namespace=NS_12), content_type)

    assert (call.version, call.method) == (Version.SOAP_12, "UploadMessage")


def test_of_several_elements_in_the_body_the_first_counts() -> None:
    call = _parse(_envelope("<GetMessageStatus><messageId>1</messageId></GetMessageStatus><UploadMessage/>"))

    assert (call.method, call.fields) == ("GetMessageStatus", {"messageId": "1"})


def test_headers_of_the_envelope_are_ignored() -> None:
    header = (
        '<s:Header><w:Security xmlns:w="urn:w" s:mustUnderstand="1"><UploadMessage><token>x</token>'
        "</UploadMessage></w:Security></s:Header>"
    )

    call = _parse(_envelope("<GetMessageStatus/>", header=header))

    assert (call.method, call.fields) == ("GetMessageStatus", {})


@pytest.mark.parametrize(
    "method",
    [
        '<UploadMessage xmlns="urn:Afas.Profit.Services"><token>t</token></UploadMessage>',
        '<p:UploadMessage xmlns:p="urn:Afas.Profit.Services"><p:token>t</p:token></p:UploadMessage>',
        '<p:UploadMessage xmlns:p="urn:Afas.Profit.Services"><token>t</token></p:UploadMessage>',
        '<UploadMessage xmlns=""><token xmlns="urn:other">t</token></UploadMessage>',
        "<UploadMessage><unknown><token>deep</token></unknown><token>t</token></UploadMessage>",
    ],
)
def test_prefixes_namespaces_and_unknown_elements_do_not_matter(method: str) -> None:
    call = _parse(_envelope(method))

    assert (call.method, call.field("token")) == ("UploadMessage", "t")


# Fields ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("<f/>", ""),
        ("<f></f>", ""),
        (f'<f xmlns:i="{XSI}" i:nil="true"/>', ""),
        ("<f>&lt;a b=&quot;1&quot;/&gt;</f>", '<a b="1"/>'),
        ("<f><![CDATA[<a>&amp;</a>]]></f>", "<a>&amp;</a>"),
        ("<f>one<![CDATA[ <two> ]]>three</f>", "one <two> three"),
        ("<f><![CDATA[a]]]]><![CDATA[>b]]></f>", "a]]>b"),
        ("<f>one<!-- not seen -->two<?nor this?>three</f>", "onetwothree"),
        ("<f>\n  &lt;a/&gt;\r\n</f>", "\n  <a/>\n"),
        ("<f>&#xE9;&#x20AC;</f>", "é€"),
    ],
)
def test_the_text_of_a_field_is_its_whole_text(field: str, text: str) -> None:
    call = _parse(_envelope(f"<UploadMessage>{field}</UploadMessage>"))

    assert call.field("f") == text


def test_an_absent_field_is_empty() -> None:
    assert _parse(_envelope("<UploadMessage/>")).field("messagePdf") == ""


def test_layout_around_the_elements_does_not_matter() -> None:
    call = _parse(_envelope("\n  <UploadMessage>\n    <token>t</token>\n  </UploadMessage>\n"))

    assert (call.method, call.fields) == ("UploadMessage", {"token": "t"})


# Encodings ------------------------------------------------------------------------------------------------------------

TEXT = _envelope("<UploadMessage><f>é</f></UploadMessage>")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), "text/xml"),
        (TEXT.encode(), "text/xml; charset=UTF-8"),
        (TEXT.encode(), 'text/xml;charset="utf-8"'),
        (codecs.BOM_UTF8 + TEXT.encode(), "text/xml; charset=utf-8"),
        (codecs.BOM_UTF8 + f'<?xml version="1.0" encoding="utf-8"?>{TEXT}'.encode(), "text/xml"),
        (f'<?xml version="1.0" encoding="ISO-8859-1"?>{TEXT}'.encode("iso-8859-1"), "text/xml"),
        (f"<?xml version='1.0' encoding='windows-1252'?>{TEXT}".encode("cp1252"), "text/xml"),
        # The header wins over the prolog, a byte order mark over both (RFC 7303).
        (f'<?xml version="1.0" encoding="ISO-8859-1"?>{TEXT}'.encode(), "text/xml; charset=utf-8"),
        (f'<?xml version="1.0" encoding="utf-8"?>{TEXT}'.encode("iso-8859-1"), "text/xml; charset=iso-8859-1"),
        (codecs.BOM_UTF8 + TEXT.encode(), "text/xml; charset=iso-8859-1"),
        (TEXT.encode("utf-16"), "text/xml; charset=utf-16"),
        (TEXT.encode("utf-16"), "text/xml; charset=utf-8"),
        (TEXT.encode("utf-16-le"), "text/xml; charset=utf-16le"),
        (f'<?xml version="1.0" encoding="utf-16"?>{TEXT}'.encode(), "text/xml"),
        (b"\r\n" + TEXT.encode(), "text/xml"),
        (
            _envelope("<UploadMessage><f>é</f></UploadMessage>", namespace=NS_12).encode("iso-8859-1"),
            'application/soap+xml; action="urn:Afas.Profit.Services/UploadMessage"; charset=ISO-8859-1',
        ),
        (
            _envelope("<UploadMessage><f>é</f></UploadMessage>", namespace=NS_12).encode(),
            'application/soap+xml; action="urn:x?charset=iso-8859-1"; charset=utf-8',
        ),
    ],
)
def test_an_envelope_is_read_in_the_encoding_that_it_has(body: bytes, content_type: str) -> None:
    assert _parse(body, content_type).field("f") == "é"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode("iso-8859-1"), "text/xml; charset=utf-8"),
        (TEXT.encode(), "text/xml; charset=utf-7"),
        (TEXT.encode("utf-32"), "text/xml"),
        (_envelope("").encode(), "text/xml"),
        (f'<s:Envelope xmlns:s="{NS_11}"/>'.encode(), "text/xml"),
        (_envelope("<UploadMessage/>", namespace="urn:other").encode(), "text/xml"),
        (b"<Envelope><Body><UploadMessage/></Body></Envelope>", "text/xml"),
        (f'<s:Envelope xmlns:s="{NS_11}"><b:Body xmlns:b="{NS_12}"><x/></b:Body></s:Envelope>'.encode(), "text/xml"),
        (b'{"messageType": "BTW"}', "application/json"),
    ],
)
def test_what_is_no_envelope_is_an_error(body: bytes, content_type: str) -> None:
    with pytest.raises(SoapError):
        _parse(body, content_type)


# Answers --------------------------------------------------------------------------------------------------------------


def test_the_response_element_has_no_attributes_and_stands_in_the_namespace() -> None:
    body = soap.result(Version.SOAP_11, "UploadMessage", "A<1>")

    assert b"<UploadMessageResponse><UploadMessageResult>A&lt;1&gt;</UploadMessageResult>" in body
    response = etree.fromstring(body)[0][0]
    assert response.tag == "{urn:Afas.Profit.Services}UploadMessageResponse"
    assert response[0].text == "A<1>"


def test_a_fault_in_soap_11() -> None:
    status, body = soap.fault(Version.SOAP_11, blame=Blame.SENDER, text="a & b", number=-7, reference=REFERENCE)

    fault = etree.fromstring(body).find(f"{{{NS_11}}}Body/{{{NS_11}}}Fault")
    assert fault is not None
    assert status == 500
    # Unqualified, in this order; the code is a qualified name whose prefix is declared.
    assert [child.tag for child in fault] == ["faultcode", "faultstring", "detail"]
    prefix, _colon, code = str(fault.findtext("faultcode")).partition(":")
    assert (fault.nsmap[prefix], code) == (NS_11, "Client")
    assert fault.findtext("faultstring") == "a & b"
    _assert_exception(fault[2])


@pytest.mark.parametrize(
    ("blame", "status", "code"), [(Blame.SENDER, 400, "Sender"), (Blame.RECEIVER, 500, "Receiver")]
)
def test_a_fault_in_soap_12(blame: Blame, status: int, code: str) -> None:
    found, body = soap.fault(Version.SOAP_12, blame=blame, text="a & b", number=-7, reference=REFERENCE)

    fault = etree.fromstring(body).find(f"{{{NS_12}}}Body/{{{NS_12}}}Fault")
    assert fault is not None
    assert found == status
    assert [child.tag for child in fault] == [f"{{{NS_12}}}{name}" for name in ("Code", "Reason", "Detail")]
    prefix, _colon, local = str(fault.findtext(f"{{{NS_12}}}Code/{{{NS_12}}}Value")).partition(":")
    assert (fault.nsmap[prefix], local) == (NS_12, code)
    assert fault.findtext(f"{{{NS_12}}}Reason/{{{NS_12}}}Text") == "a & b"
    _assert_exception(fault[2])


def _assert_exception(detail: etree._Element) -> None:
    (exception,) = detail
    assert exception.tag == "ProfitApplicationException"
    assert [(child.tag, child.text) for child in exception] == [
        ("ErrorNumber", "-7"),
        ("Message", "a & b"),
        ("Detail", f"Description....:a & b\nLog reference..:{REFERENCE}\n"),
    ]


@pytest.mark.parametrize("version", Version)
def test_answers_say_how_they_are_encoded(version: Version) -> None:
    assert version.content_type.endswith("; charset=utf-8")
    assert soap.result(version, "M", "é").startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert soap.version_of(version.content_type) is version
