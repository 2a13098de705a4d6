"""What a digest tells, as plain values: the one source of its every form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tocsin.delivery import Alert, Digest
from tocsin.delivery.digest import DigestRule, DigestStory, Missed
from tocsin_notifier.messages.card import MAX_HEADLINE, MAX_NAME, listed
from tocsin_notifier.messages.languages import language_name
from tocsin_notifier.messages.plain import cut, host_of, one_line, web_url
from tocsin_notifier.messages.times import clock, told


MAX_SUBJECT = 120
MAX_LEAD = 220
MAX_RULES = 12
NAMED = 3  # rules in the subject
NO_LINKS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One story. ``url`` is a web address or empty; all else is plain text on one line."""

    headline: str
    url: str
    byline: str
    lead: str
    rule: str
    also: str
    news: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of a region; ``name`` is empty where the rules asked for none."""

    name: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Count:
    """``unsubscribe`` is a link, where there are any."""

    rule: str
    rule_id: str
    alerts: int
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """An alert that could not be sent in time."""

    headline: str
    url: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """``more`` stories and ``more_lost`` alerts are only counted; ``more_url`` shows them, if anything.

    ``summary`` tells the counts in a few words.
    """

    delivery_id: str
    subject: str
    summary: str
    counts: Sequence[Count]
    sections: Sequence[Section]
    more: int
    more_url: str
    lost: Sequence[Lost]
    more_lost: int
    subscriber: str
    matched_at: datetime
    matched: str
    list_id: str
    list_name: str = "Digest"
    rule_id: str = ""
    thread: str = ""
    leave: str = ""

    @property
    def unsubscribe(self) -> str:
        """The link that ends all of it: of its one rule, or of the whole channel; empty without links."""
        return self.counts[0].unsubscribe if len(self.counts) == 1 else self.leave


def sheet(
    digest: Digest,
    delivery_id: str,
    console_url: str = "",
    unsubscribe: Mapping[str, str] = NO_LINKS,
    leave: str = "",
) -> Sheet:
    """Return the sheet.

    ``console_url`` is where all alerts can be seen, if anywhere; ``unsubscribe`` are links by
    subscription, ``leave`` the one that ends everything, if there are any.
    """
    stories = sum(len(region.stories) for region in digest.regions) + digest.more
    return Sheet(
        delivery_id=delivery_id,
        subject=_subject(digest),
        summary=_summary(digest.alerts, stories),
        counts=[_count(rule, unsubscribe) for rule in digest.rules[:MAX_RULES]],
        sections=[
            Section(
                name=cut(one_line(region.name), MAX_NAME),
                items=[_item(story, digest.time_zone) for story in region.stories],
            )
            for region in digest.regions
        ],
        more=digest.more,
        more_url=web_url(f"{console_url}/alerts") if console_url else "",
        lost=[_lost(missed, digest.time_zone) for missed in digest.missed],
        more_lost=digest.more_missed,
        subscriber=cut(one_line(digest.subscriber_name), MAX_NAME),
        matched_at=digest.at,
        matched=told(digest.at, digest.time_zone),
        list_id=f"digest.{digest.channel_id}",
        leave=leave,
    )


def _subject(digest: Digest) -> str:
    names = [_rule_name(rule) for rule in digest.rules]
    rules = listed(names[:NAMED], max(0, len(names) - NAMED))
    missed = len(digest.missed) + digest.more_missed
    if digest.alerts:
        return cut(one_line(f"{_counted(digest.alerts, 'alert')}: {rules}"), MAX_SUBJECT)
    if missed:
        return f"{_counted(missed, 'alert')} came too late"
    return "Nothing matched"


def _summary(alerts: int, stories: int) -> str:
    if not alerts:
        return "Nothing matched your rules since the last digest."
    told_by = "" if stories == alerts else f" on {stories} {'story' if stories == 1 else 'stories'}"
    return f"{_counted(alerts, 'alert')}{told_by}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _rule_name(rule: DigestRule) -> str:
    return cut(one_line(rule.name), MAX_NAME) or rule.id


def _count(rule: DigestRule, unsubscribe: Mapping[str, str]) -> Count:
    link = unsubscribe.get(rule.subscription_id, "")
    return Count(_rule_name(rule), rule.id, rule.alerts, link)


def _item(story: DigestStory, time_zone: str) -> Item:
    alert = story.alert
    article = alert.article
    url = web_url(article.url)
    source = cut(one_line(article.source), MAX_NAME) or host_of(url)
    when = clock(article.published_at or article.fetched_at, time_zone)
    byline = (source, language_name(article.language), when)
    names = [name for each in story.sources if (name := cut(one_line(each), MAX_NAME))]
    return Item(
        headline=headline_of(alert),
        url=url,
        byline=" · ".join(part for part in byline if part),
        lead=cut(one_line(article.lead), MAX_LEAD),
        rule=cut(one_line(alert.match.rule_name), MAX_NAME) or alert.match.rule_id,
        also=listed(names),
        news=cut(one_line(alert.news), MAX_NAME),
        urgent=alert.priority.value == "breaking",
    )


def headline_of(alert: Alert) -> str:
    return cut(one_line(alert.article.title), MAX_HEADLINE) or "(without a title)"


def _lost(missed: Missed, time_zone: str) -> Lost:
    rule = cut(one_line(missed.rule_name), MAX_NAME)
    when = clock(missed.matched_at, time_zone)
    return Lost(
        headline=cut(one_line(missed.title), MAX_HEADLINE) or "(without a title)",
        url=web_url(missed.url),
        detail=" · ".join(part for part in (rule, when, cut(one_line(missed.reason), 200)) if part),
    )
