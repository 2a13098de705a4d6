"""What people read; and that nothing of an article becomes markup, a header, a link or a mention."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.alerts import ID, SENTENCE, an_alert
from tocsin.delivery import Alert
from tocsin.events import PlaceEvidence, Snippet, TermEvidence
from tocsin_notifier.messages import Card, Form, blocks, card, fallback, mail, note
from tocsin_notifier.messages.plain import cut, one_line, web_url
from tocsin_notifier.messages.times import told


NASTY = [
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "</td></table></body><b>",
    "&lt;already escaped&gt; &amp; &#60;b&#62;",
    "Subject\r\nBcc: everyone@example.org\r\n\r\nbody",
    "<!channel> <!here|x> <@U123> <#C123> @everyone @here @channel <users/all> @**all**",
    "[click](https://evil.example) <https://evil.example|safe.example> ![x](http://e.example/i)",
    "**bold** _it_ `code` ~gone~ ||spoiler|| # heading\n> quote",
    "{{ 7*7 }} {% for x in y %} ${HOME} %s %(x)s {0}",
    "\u202egnp.exe \u2066x\u2069 \x00\x07\x1b[31m \u2028\u2029 \x85",
    "javascript:alert(1)",
    "الجيش المالي يصد هجوما",
    "🌍 👩‍👩‍👧 é ﷽",
    "x" * 5_000,
    "",
    " ",
]
nasty_text = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=()), max_size=200
).filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))
HREFS = re.compile(r"https?://[^\s\"'<>]+")


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.hrefs: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.hrefs += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def a_card(alert: Alert | None = None) -> Card:
    return card(alert or an_alert(), ID)


@st.composite
def nasty_alerts(draw: st.DrawFn) -> Alert:
    text = draw(nasty_text)
    marks = draw(st.lists(st.tuples(st.integers(-5, 250), st.integers(-5, 250)), max_size=5))
    return an_alert(
        article={
            "title": draw(nasty_text),
            "lead": draw(nasty_text),
            "source": draw(nasty_text),
            "url": draw(nasty_text | st.just("https://ok.example/a?b=1&c=(2)")),
            "language": draw(nasty_text),
        },
        match={
            "rule_name": draw(nasty_text),
            "query": draw(nasty_text),
            "terms": (TermEvidence(clause=draw(nasty_text), count=draw(st.integers(1, 9))),),
            "places": (
                PlaceEvidence(
                    region="r",
                    region_name=draw(nasty_text),
                    level="about",
                    probability=0.5,
                    path=(draw(nasty_text), draw(nasty_text)),
                ),
            ),
            "snippets": (Snippet(text=text, marks=tuple(marks)),),
        },
        subscriber_name=draw(nasty_text),
    )


def strings(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (key, string) of everything in a JSON value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield key, inner
            else:
                yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


# What is told


def test_the_subject_leads_with_region_and_rule() -> None:
    assert a_card().subject == ("[Sahel] JNIM: Army repels assault on seven towns (rfi.example)")


def test_without_a_region_the_subject_leads_with_the_rule() -> None:
    assert a_card(an_alert(match={"places": ()})).subject == (
        "[JNIM] Army repels assault on seven towns (rfi.example)"
    )


def test_of_a_long_subject_the_headline_is_cut() -> None:
    subject = a_card(an_alert({"title": "Army repels assault " * 20})).subject

    assert len(subject) <= 160
    assert subject.startswith("[Sahel] JNIM: Army repels assault")
    assert subject.endswith("… (rfi.example)")


@pytest.mark.parametrize("part", ["text", "html"])
def test_mail_tells_what_happened_where_and_why(part: str) -> None:
    written = getattr(mail(a_card()), part)
    text = Page(written).text if part == "html" else written

    for told_of in (
        "Army repels assault on seven towns",
        "The army says it has killed 80 militants.",
        "rfi.example",
        "French",
        "Wed 4 Mar 2026, 09:15 EAT (06:15 UTC)",
        "JNIM",
        "3 times, in the title",
        "Diboli → Kayes Region → Mali → Sahel",
        "only mentioned, high confidence",
        "sahel-jnim",
        "JNIM OR attack*",
        "Ann, you get this because you subscribed",
        ID,
    ):
        assert told_of in text
    assert "https://www.rfi.example/afrique/assault?id=1&" in written.replace("&amp;", "&")


def test_the_words_that_hit_are_bold() -> None:
    html = mail(a_card()).html

    bold = re.findall(r'<b class="hit"[^>]*>([^<]*)</b>', html)
    assert bold == ["JNIM", "attacks", "Diboli"][: len(bold)]
    assert SENTENCE in Page(html).text
    assert "The group (*JNIM*) has claimed" in mail(a_card()).text


def test_text_of_others_is_set_in_its_own_direction() -> None:
    html = mail(a_card(an_alert({"title": "الجيش المالي يصد هجوما"}))).html

    assert '<h1 class="headline ink" dir="auto"' in html
    assert html.count('dir="auto"') >= 6


def test_mail_stays_small_whatever_the_article() -> None:
    alert = an_alert(
        article={
            "title": "w" * 9_999,
            "lead": "é" * 9_999,
            "url": "https://x.example/" + "y" * 1900,
        },
        match={
            "rule_name": "n" * 200,
            "query": "q" * 20_000,
            "terms": tuple(TermEvidence(clause="c" * 999, count=1) for _ in range(99)),
            "places": tuple(
                PlaceEvidence(
                    region="r",
                    region_name="R" * 99,
                    level="about",
                    probability=1,
                    path=("p" * 99,) * 9,
                )
                for _ in range(99)
            ),
            "snippets": tuple(Snippet(text="s" * 5_000, marks=((4_000, 4_010),)) for _ in range(9)),
        },
    )

    assert len(mail(a_card(alert)).html.encode()) < 30_000


def test_what_is_left_out_is_counted() -> None:
    terms = tuple(TermEvidence(clause=f"word{number}", count=1) for number in range(20))

    written = mail(a_card(an_alert(match={"terms": terms}))).text

    assert "word7" in written
    assert "word8" not in written
    assert "and 12 more" in written


def test_a_long_sentence_is_cut_around_its_first_hit() -> None:
    text = "word " * 400 + "JNIM attacked" + " word" * 400
    start = text.index("JNIM")

    (runs,) = a_card(
        an_alert(match={"snippets": (Snippet(text=text, marks=((start, start + 4),)),)})
    ).snippets

    assert runs[0].text.startswith("…")
    assert [run.text for run in runs if run.hit] == ["JNIM"]
    assert sum(len(run.text) for run in runs) <= 501


def test_an_article_without_a_title_place_or_link_is_still_told() -> None:
    bare = an_alert(
        {"title": "", "url": "", "lead": "", "source": "", "language": "und"},
        {"terms": (), "places": (), "snippets": (), "query": ""},
    )

    written = mail(a_card(bare))

    assert written.subject == "[JNIM] (without a title)"
    assert "(without a title)" in written.text
    assert "None" not in written.html


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "Wed 4 Mar 2026, 22:15 UTC"),
        ("Africa/Bamako", "Wed 4 Mar 2026, 22:15 UTC"),
        ("Europe/Paris", "Wed 4 Mar 2026, 23:15 CET (22:15 UTC)"),
        ("Africa/Nairobi", "Thu 5 Mar 2026, 01:15 EAT (Wed 4 Mar 2026, 22:15 UTC)"),
        ("Asia/Kathmandu", "Thu 5 Mar 2026, 04:00 GMT+5:45 (Wed 4 Mar 2026, 22:15 UTC)"),
        ("America/Sao_Paulo", "Wed 4 Mar 2026, 19:15 GMT-3 (22:15 UTC)"),
        ("Nowhere/Atall", "Wed 4 Mar 2026, 22:15 UTC"),
    ],
)
def test_times_are_told_in_the_readers_zone_and_in_utc(zone: str, expected: str) -> None:
    assert told(datetime(2026, 3, 4, 22, 15, tzinfo=UTC), zone) == expected


# What an article cannot do


@given(nasty_alerts())
def test_no_article_adds_markup_or_links_to_mail(alert: Alert) -> None:
    written = a_card(alert)

    page = Page(mail(written).html)

    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td"),
        *("h1", "h2", "span", "a", "b", "br"),
    }
    attributes = {name for _, names in page.tags for name in names}
    assert not any(name.startswith("on") for name in attributes)
    assert set(page.hrefs) <= {written.url}
    assert not written.url or HREFS.fullmatch(written.url)


@given(nasty_alerts())
def test_no_article_adds_a_line_to_a_header(alert: Alert) -> None:
    written = a_card(alert)

    assert not {category(character) for character in written.subject} & {"Cc", "Cs", "Zl", "Zp"}
    assert written.subject == one_line(written.subject)
    assert len(written.subject) <= 160


@given(nasty_alerts())
def test_no_article_is_parsed_by_slack(alert: Alert) -> None:
    written = a_card(alert)
    message = json.loads(json.dumps(blocks(written)))

    for key, text in strings(message):
        match key:
            case "type":
                assert text in {
                    *("rich_text", "rich_text_section", "rich_text_list", "rich_text_quote"),
                    *("text", "link"),
                }
            case "url":
                assert text == written.url
            case "style":
                assert text == "bullet"
            case _:
                assert key == "text"
                assert text, "Slack refuses an empty text element"
    assert not set(fallback(written)) & set("<>")
    assert len(json.dumps(message, ensure_ascii=False)) < 12_000


@given(nasty_alerts(), st.sampled_from(Form), st.integers(300, 4_000))
def test_a_note_fits_and_links_only_to_the_article(alert: Alert, form: Form, limit: int) -> None:
    written = a_card(alert)

    text = note(written, form, limit)

    assert 0 < len(text) <= limit
    match form:
        case Form.HTML:
            page = Page(text)
            assert {tag for tag, _ in page.tags} <= {"a", "b", "br"}
            assert set(page.hrefs) <= {written.url}
            assert "@" not in page.text.replace("@\u200b", "")
        case Form.MARKDOWN:
            linked = f"]({written.url})"
            if written.url and linked in text:
                text = text.replace(linked, "", 1).replace("**[", "", 1)
            bare = re.sub(r"\\.", "", text.replace("**", ""))
            assert not set(bare) & set("`_~|[]<>#\\")
            assert "@" not in bare.replace("@\u200b", "")
        case Form.TEXT:
            assert "\x00" not in text


def test_of_a_note_the_headline_and_the_rule_remain_last() -> None:
    short = note(a_card(), Form.TEXT, 150)
    long = note(a_card(), Form.TEXT, 4_000)

    assert short.splitlines()[0] == long.splitlines()[0] == "Army repels assault on seven towns"
    assert "The army says" in long
    assert "The army says" not in short


def test_a_very_small_note_is_the_headline_cut() -> None:
    assert note(a_card(an_alert({"title": "word " * 99})), Form.TEXT, 60).startswith("word word")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.example/a?b=1&c=2#d", "https://x.example/a?b=1&c=2#d"),
        ("HTTP://x.example", "HTTP://x.example"),
        ("https://x.example/a b'(c)", "https://x.example/a%20b%27%28c%29"),
        ('https://x.example/"><script>', "https://x.example/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//x.example/", ""),
        ("https://", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://x.example/\nBcc: x", ""),
        ("https://x.example/" + "y" * 2_000, ""),
        ("https://[bad", ""),
        ("https://x.example%0d%0a/", ""),
        ("https://münchen.example/", "https://münchen.example/"),
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(url: str, kept: str) -> None:
    assert web_url(url) == kept


@given(nasty_text, st.integers(2, 300))
def test_a_cut_text_is_short_enough_and_a_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)

    assert len(short) <= limit
    assert short == text or text.startswith(short.rstrip("…").rstrip())


def test_a_text_is_cut_after_a_sentence() -> None:
    assert cut("One. Two three. Four five six seven.", 30) == "One. Two three. …"
    assert cut("no sentence ends in here at all", 20) == "no sentence ends…"


def test_templates_never_run_what_an_article_says() -> None:
    assert "49" not in mail(a_card(an_alert({"title": "{{ 7*7 }}"}))).text.splitlines()[0]


def test_the_same_alert_is_written_the_same() -> None:
    assert mail(a_card()) == mail(a_card())
    assert blocks(a_card()) == blocks(a_card())
