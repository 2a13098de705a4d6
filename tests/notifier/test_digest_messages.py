"""How a digest reads, and that nothing in it becomes markup, a header, a link or a mention."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.alerts import an_alert
from notifier.test_messages import HREFS, Page, nasty_alerts, nasty_text, strings
from tocsin.delivery import Alert, Digest
from tocsin.delivery.digest import DigestRegion, DigestRule, DigestStory, Missed
from tocsin_notifier.messages import Form, Sheet, blocks, fallback, mail, note, sheet
from tocsin_notifier.messages.mail import MAX_HTML
from tocsin_notifier.messages.plain import one_line


NOW = datetime(2026, 3, 5, 7, tzinfo=UTC)
ID = "d" * 32


def story(alert: Alert, *sources: str) -> DigestStory:
    return DigestStory(alert=alert, alerts=1 + len(sources), sources=sources)


def a_digest(*stories: DigestStory, **fields: object) -> Digest:
    usual = {
        "at": NOW,
        "channel_id": "mail",
        "subscriber_id": "ann",
        "subscriber_name": "Ann",
        "time_zone": "Africa/Nairobi",
        "alerts": sum(each.alerts for each in stories),
        "rules": (DigestRule(id="r", name="JNIM", subscription_id="s", alerts=len(stories)),),
        "regions": (DigestRegion(name="Sahel", stories=stories),) if stories else (),
    }
    return Digest.model_validate(usual | fields)


def a_sheet(digest: Digest) -> Sheet:
    return sheet(digest, ID, "https://alerts.example.org")


@st.composite
def nasty_digests(draw: st.DrawFn) -> Digest:
    alerts = draw(st.lists(nasty_alerts(), min_size=1, max_size=3))
    stories = [story(alert, draw(nasty_text)) for alert in alerts]
    title, reason = draw(nasty_text), draw(nasty_text)
    return a_digest(
        *stories,
        subscriber_name=draw(nasty_text),
        regions=(DigestRegion(name=draw(nasty_text), stories=tuple(stories)),),
        rules=(DigestRule(id="r", name=draw(nasty_text), subscription_id="s", alerts=3),),
        missed=(
            Missed(title=title, url=draw(nasty_text), rule_name="R", matched_at=NOW, reason=reason),
        ),
    )


def urls_of(written: Sheet) -> set[str]:
    items = [item for section in written.sections for item in section.items]
    return {each.url for each in items} | {each.url for each in written.lost} | {written.more_url}


def test_the_subject_says_how_many_of_what() -> None:
    rules = tuple(
        DigestRule(id=name, name=name, subscription_id=name, alerts=1)
        for name in ("JNIM", "Quakes", "Coups", "Floods")
    )
    one = a_digest(story(an_alert()))

    assert a_sheet(one).subject == "1 alert: JNIM"
    assert a_sheet(one.model_copy(update={"rules": rules, "alerts": 14})).subject == (
        "14 alerts: JNIM, Quakes, Coups and 1 more"
    )


def test_who_asked_for_it_reads_that_nothing_matched() -> None:
    written = a_sheet(a_digest(rules=()))

    assert written.subject == "Nothing matched"
    assert "Nothing matched your rules since the last digest." in mail(written).text
    assert "Nothing matched your rules" in note(written, Form.TEXT, 500)


def test_both_parts_tell_every_story_with_its_link_and_what_was_missed() -> None:
    missed = Missed(
        title="Convoy attacked",
        url="https://x.example/c",
        rule_name="JNIM",
        matched_at=NOW,
        reason="expired",
    )
    written = mail(
        a_sheet(a_digest(story(an_alert(), "bbc.co.uk"), missed=(missed,), more=7, more_missed=2))
    )
    page = Page(written.html)

    for part in (written.text, page.text):
        assert "2 alerts on 8 stories" in part
        assert "Army repels assault on seven towns" in part
        assert "also bbc.co.uk" in part
        assert "Convoy attacked" in part
        assert "and 7 more" in part
    links = {"https://www.rfi.example/afrique/assault?id=1&lang=fr", "https://x.example/c"}
    assert links | {"https://alerts.example.org/alerts"} == set(page.hrefs)
    assert all(link in written.text for link in links)


@pytest.mark.parametrize("stories", [1, 5, 40])
def test_a_digest_is_short_enough_for_every_mail_program(stories: int) -> None:
    long = an_alert(
        {"title": "ﷺ word " * 60, "lead": "ﷺ word " * 99, "url": f"https://x.example/{'y' * 900}"}
    )

    written = mail(a_sheet(a_digest(*[story(long, *["s" * 99] * 8)] * stories)))

    assert len(written.html.encode()) <= MAX_HTML
    told = written.html.count("<h3")
    assert told >= 1
    assert told == stories or f"and {stories - told} more" in written.html


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(nasty_digests())
def test_no_article_adds_markup_or_links_to_a_digest(digest: Digest) -> None:
    written = a_sheet(digest)

    page = Page(mail(written).html)

    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td"),
        *("h1", "h2", "h3", "span", "a", "b", "br"),
    }
    assert not any(name.startswith("on") for _, names in page.tags for name in names)
    assert set(page.hrefs) <= urls_of(written)
    assert all(not url or HREFS.fullmatch(url) for url in urls_of(written))
    assert written.subject == one_line(written.subject)
    assert len(written.subject) <= 120


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(nasty_digests())
def test_no_digest_is_parsed_by_slack(digest: Digest) -> None:
    written = a_sheet(digest)

    for key, text in strings(json.loads(json.dumps(blocks(written)))):
        if key == "url":
            assert text in urls_of(written)
        elif key == "text":
            assert text, "Slack refuses an empty text element"
    assert not set(fallback(written)) & set("<>")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(nasty_digests(), st.sampled_from(Form), st.integers(300, 4_000))
def test_a_digest_fits_in_a_note_and_links_only_to_its_articles(
    digest: Digest, form: Form, limit: int
) -> None:
    written = a_sheet(digest)

    text = note(written, form, limit)

    assert 0 < len(text) <= limit
    if form is Form.HTML:
        page = Page(text)
        assert {tag for tag, _ in page.tags} <= {"a", "b", "br"}
        assert set(page.hrefs) <= urls_of(written)
        assert "@" not in page.text.replace("@\u200b", "")
    if form is Form.MARKDOWN:
        for url in urls_of(written) - {""}:
            text = text.replace(f"]({url})", "").replace(f": {url}", "")
        bare = re.sub(r"\\.", "", text).replace("**", "").replace("[", "")
        assert not set(bare) & set("`_~|[]<>#\\")
        assert "@" not in bare.replace("@\u200b", "")


def test_of_a_long_digest_a_note_tells_the_most_important() -> None:
    stories = [story(an_alert({"title": f"Story {number}"})) for number in range(30)]

    text = note(a_sheet(a_digest(*stories)), Form.TEXT, 600)

    assert "Story 0" in text
    assert "Story 29" not in text


def test_slack_gets_as_many_stories_as_it_takes_and_a_link_to_the_rest() -> None:
    stories = [story(an_alert({"title": f"Story {number}"})) for number in range(40)]

    text = json.dumps(blocks(a_sheet(a_digest(*stories, more=60))))

    assert "Story 24" in text
    assert "Story 25" not in text
    assert "and 75 more" in text
    assert "https://alerts.example.org/alerts" in text


def test_a_digest_of_one_rule_can_be_ended_by_one_link_and_each_rule_by_its_own() -> None:
    rules = tuple(
        DigestRule(id=name, name=name, subscription_id=name, alerts=1) for name in ("a", "b")
    )
    links = {"a": "https://alerts.example.org/p/a", "b": "https://alerts.example.org/p/b"}
    one = a_digest(story(an_alert()), rules=rules[:1])
    two = a_digest(story(an_alert()), rules=rules)

    assert sheet(one, ID, "", links).unsubscribe == links["a"]
    both = sheet(two, ID, "", links)
    assert both.unsubscribe == ""
    assert set(links.values()) <= set(Page(mail(both).html).hrefs)
    assert all(link in mail(both).text for link in links.values())
    assert replace(both, counts=()).unsubscribe == ""
