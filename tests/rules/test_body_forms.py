"""Body forms: XML, forms with files and other charsets become the documents that they say."""

import codecs
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import PayloadFault
from tieline.model.inbound.body import BodyForm, BodyLimits
from tieline.rules.inbound.delivery_body import BodyReader

XML = BodyReader(BodyForm.XML)
MULTIPART = BodyReader(BodyForm.MULTIPART)
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
FILES = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("raw", "document"),
    [
        (b"<a/>", {"a": None}),
        (b"<a> x </a>", {"a": "x"}),
        (b'<a id="7"/>', {"a": {"@id": "7"}}),
        (b'<a id="7">x</a>', {"a": {"@id": "7", "#text": "x"}}),
        (b"<a><b>1</b><b>2</b><b/></a>", {"a": {"b": ["1", "2", None]}}),
        (b"<a><b>1</b><c><b>2</b></c></a>", {"a": {"b": "1", "c": {"b": "2"}}}),
        (b"<s:a xmlns:s='u'><s:b>1</s:b></s:a>", {"s:a": {"@xmlns:s": "u", "s:b": "1"}}),
        (b"<a>&lt;&#228;<![CDATA[<b>]]></a>", {"a": "<ä<b>"}),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe4</a>', {"a": "ä"}),
        (codecs.BOM_UTF8 + "<a>ä</a>".encode(), {"a": "ä"}),
        ("<a>ä</a>".encode("utf-16"), {"a": "ä"}),
    ],
)
def test_xml_is_objects_lists_and_texts(raw: bytes, document: Any) -> None:
    assert XML.read(raw) == (document, False)


@pytest.mark.parametrize(
    ("raw", "fault", "words"),
    [
        (LAUGHS, PayloadFault.SYNTAX, "DOCTYPE"),
        (FILES, PayloadFault.SYNTAX, "DOCTYPE"),
        (b"<!DOCTYPE a><a/>", PayloadFault.SYNTAX, "DOCTYPE"),
        (b"<a>&b;</a>", PayloadFault.SYNTAX, "undefined entity"),
        (b"<a><b></a>", PayloadFault.SYNTAX, "mismatched tag"),
        (b"", PayloadFault.SYNTAX, "no element found"),
        (b"{}", PayloadFault.SYNTAX, "not well-formed"),
        (b"<a/><b/>", PayloadFault.SYNTAX, "junk"),
        (b"<a>\xff</a>", PayloadFault.SYNTAX, "invalid token"),
        (b'<?xml version="1.0" encoding="nothing"?><a/>', PayloadFault.ENCODING, "encoding"),
        (b"<a>" * 65 + b"</a>" * 65, PayloadFault.TOO_DEEP, "64 deep"),
        (b"<a>" + b"<b/>" * 10_000 + b"</a>", PayloadFault.TOO_MANY_KEYS, "10000"),
        (b"<a " + b" ".join(b'n%d=""' % n for n in range(10_000)) + b"/>",
         PayloadFault.TOO_MANY_KEYS, "10000"),
    ],
)  # fmt: skip
def test_what_is_no_sound_xml_is_rejected(raw: bytes, fault: PayloadFault, words: str) -> None:
    with pytest.raises(PayloadRejected) as refused:
        XML.read(raw)

    assert (refused.value.fault, words in refused.value.detail) == (fault, True)


def test_the_deepest_xml_that_is_taken_can_be_stored_and_read_again() -> None:
    reader = BodyReader(BodyForm.XML, limits=BodyLimits(depth=200))
    item = b"<a>" * 99 + b"</a>" * 99

    document, _ = reader.read(b"<r>" + item.replace(b"<a></a>", b"<a/><a/>") + b"</r>")

    again, _ = BodyReader(BodyForm.JSON, limits=BodyLimits(depth=200)).read(orjson.dumps(document))
    assert again == document


def a_form(*parts: tuple[bytes, bytes]) -> bytes:
    ahead = b"".join(b"--edge\r\n" + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts)
    return ahead + b"--edge--\r\n"


def a_field(name: str, more: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{more}'.encode()


def test_a_form_with_files_is_texts_and_files() -> None:
    file = a_field("file", '; filename="a.bin"') + b"\r\nContent-Type: application/pdf"
    raw = a_form(
        (a_field("to"), "ä".encode()),
        (a_field("n"), b"1"),
        (a_field("n"), b""),
        (file, b"\x00\xff"),
    )

    document, is_stored = MULTIPART.read(raw)

    assert not is_stored
    assert document == {
        "to": "ä",
        "n": ["1", ""],
        "file": {"filename": "a.bin", "type": "application/pdf", "base64": "AP8="},
    }


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"to=1", id="another form"),
        pytest.param(a_form((a_field("to"), b"1"))[:-6], id="cut short"),
        pytest.param(a_form((a_field("to"), b"\xff")), id="no UTF-8"),
        pytest.param(a_form((b"Content-Disposition: form-data", b"1")), id="no name"),
        pytest.param(a_form(*[(a_field("n"), b"1")] * 10_001), id="too many"),
        pytest.param(b"--" + b"e" * 71 + b"\r\n", id="a long boundary"),
    ],
)
def test_what_is_no_form_with_files_is_rejected(raw: bytes) -> None:
    with pytest.raises(PayloadRejected):
        MULTIPART.read(raw)


@pytest.mark.parametrize(
    ("form", "charset", "raw", "document"),
    [
        (BodyForm.JSON, "windows-1252", '{"a":"ä€"}'.encode("windows-1252"), {"a": "ä€"}),
        (BodyForm.JSON, "utf-16", '{"a":"ä€"}'.encode("utf-16"), {"a": "ä€"}),
        (BodyForm.FORM, "windows-1252", b"a=%E4%80", {"a": "ä€"}),
        (BodyForm.XML, "windows-1252", b"<a>\xe4\x80</a>", {"a": "ä€"}),
        (BodyForm.MULTIPART, "latin-1", a_form((a_field("a"), b"\xe4")), {"a": "ä"}),
        (BodyForm.JSON, "utf-8", codecs.BOM_UTF8 + b"[1]", [1]),
        (BodyForm.FORM_PAYLOAD, "utf-8", b"payload=%EF%BB%BF[1]", [1]),
    ],
)
def test_a_declared_charset_is_how_the_body_is_written(
    form: BodyForm, charset: str, raw: bytes, document: Any
) -> None:
    assert BodyReader(form, charset).read(raw) == (document, False)


def test_a_body_that_is_not_in_its_charset_is_rejected() -> None:
    for form, raw in ((BodyForm.JSON, b'"\x81"'), (BodyForm.FORM, b"a=%81")):
        with pytest.raises(PayloadRejected) as refused:
            BodyReader(form, "windows-1252").read(raw)
        assert refused.value.fault is PayloadFault.ENCODING


NAMES = st.text("abc:-_", min_size=1, max_size=5).map(lambda text: f"n{text}")
TEXTS = st.text(st.characters(categories=["L", "N", "P"]), max_size=10)


@given(st.dictionaries(NAMES, TEXTS, max_size=5), TEXTS)
def test_no_text_and_no_attribute_of_xml_is_lost(attributes: dict[str, str], text: str) -> None:
    def spelt(what: str) -> str:
        return "".join(f"&#{ord(char)};" for char in what)

    said = "".join(f' {name}="{spelt(value)}"' for name, value in attributes.items())
    members: dict[str, Any] = {f"@{name}": value for name, value in attributes.items()}

    document, _ = XML.read(f"<r{said}>{spelt(text)}</r>".encode())

    if members and text:
        members["#text"] = text
    assert document == {"r": members or text or None}
