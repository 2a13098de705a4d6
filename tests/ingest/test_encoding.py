import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.stages.encoding import decode


TEXT = "Sandaré – “Niono”"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), "text/plain; charset=iso-8859-1"),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode(), "text/html; charset=iso-8859-1"),
        (TEXT.encode("cp1252"), "text/html; charset=utf-8"),
        (TEXT.encode("cp1252"), 'text/html; charset="ISO-8859-1"'),
        (TEXT.encode("cp1252"), "text/html; charset=us-ascii"),
        (TEXT.encode("cp1252"), ""),
        (TEXT.encode("cp1252"), "text/html; charset=utf-7"),
        (TEXT.encode("cp1252"), "text/html; charset=base64"),
        (TEXT.encode("cp1252"), "text/html; charset=no-such-thing"),
    ],
)
def test_text_is_read_whatever_is_claimed_of_it(raw: bytes, content_type: str) -> None:
    assert decode(raw, content_type) == TEXT


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb2312", "武装分子袭击了边境城镇"),
        ("big5", "武裝分子襲擊了邊境城鎮"),
        ("euc-kr", "무장 괴한들이 마을을 공격했다"),
        ("shift_jis", "武装集団が町を襲った"),
        ("iso-2022-jp", "武装集団が町を襲った"),
        ("windows-1251", "Вооруженные люди"),
        ("koi8-r", "Вооруженные люди"),
        ("windows-1256", "هاجم مسلحون البلدة"),
    ],
)
def test_declared_encodings_are_believed_where_the_bytes_allow_it(encoding: str, text: str) -> None:
    raw = text.encode(encoding)

    assert decode(raw, f"text/plain; charset={encoding.upper()}") == text
    xml = f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'
    assert decode(xml.encode(encoding)) == xml
    page = f"<html><head><meta charset={encoding}><title>{text}</title></head></html>"
    assert decode(page.encode(encoding)) == page


def test_utf_16_is_seen_without_a_mark_by_its_first_characters() -> None:
    assert decode("<rss/>".encode("utf-16-le")) == "<rss/>"
    assert decode("<rss/>".encode("utf-16-be")) == "<rss/>"


def test_utf_8_with_a_broken_character_stays_utf_8() -> None:
    raw = ("é" * 30).encode() + b"\xff" + ("à" * 30).encode()

    assert decode(raw) == "é" * 30 + "\ufffd" + "à" * 30


def test_a_hidden_utf_7_tag_stays_hidden() -> None:
    assert decode(b'<?xml version="1.0" encoding="utf-7"?>+ADw-script+AD4-').endswith(
        "+ADw-script+AD4-"
    )


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/html; charset=utf-16", "x; charset=gbk", "charset=hz"]),
)
def test_no_bytes_bring_the_decoder_down(raw: bytes, content_type: str) -> None:
    assert isinstance(decode(raw, content_type), str)


@given(st.text(max_size=100))
def test_utf_8_is_always_itself(text: str) -> None:
    assert decode(f"é{text}".encode()) == f"é{text}"
