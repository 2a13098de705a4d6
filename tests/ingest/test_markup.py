import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin_ingest.stages.characters import paragraphs
from tocsin_ingest.stages.markup import text_of, title_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>bold</b> word.</p><p>Two</p>", "One bold word.\n\nTwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>c", "• a\n\n• b\n\nc"),
        ("line\nbreaks  are <i>spaces</i>\there", "line breaks are spaces here"),
        ("<script>alert('<p>')</script><style>p{}</style>left", "left"),
        ("<iframe>x</iframe><svg><title>t</title></svg><!-- c -->left", "left"),
        ("5 &lt; 6 &amp; caf&eacute;&nbsp;&#8212; x", "5 < 6 & café — x"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("no markup", "no markup"),
        ("<p>never closed", "never closed"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\n\nb"),
        ("<h2>Head</h2>tail", "Head\n\ntail"),
        ("a\x00b<i>c</i>", "abc"),
        ("\ud83d<b>x</b>", "\ufffdx"),
        ("", ""),
        ("<div", ""),
    ],
)
def test_the_text_of_markup_keeps_its_paragraphs(markup: str, text: str) -> None:
    assert paragraphs(text_of(markup)) == text


def test_no_tag_and_no_script_is_left_however_it_is_broken() -> None:
    for markup in (
        "<scr<script>ipt>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<<b>script>x",
    ):
        assert "<b" not in text_of(markup)
        assert "onerror" not in text_of(markup)


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 200_000, "<p>w" * 200_000, "<a href=x>" * 200_000, "<" * 1_000_000, "&" * 1_000_000],
    ids=lambda markup: markup[:5],
)
def test_hostile_markup_costs_no_more_than_its_length(markup: str) -> None:
    text_of(markup)  # whatever grows with the square would run into the time limit


@example("\ud800")
@given(st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("<>/&;pbr ='\"!-")))
def test_no_markup_brings_the_reader_down(markup: str) -> None:
    text_of(markup).encode()


def test_a_title_that_was_escaped_twice_is_unescaped_once_more() -> None:
    assert title_of("Food &amp; drink") == "Food & drink"
    assert title_of("R&D at 5 & 6") == "R&D at 5 & 6"
