"""Why an article matches a rule, or why not; the same code as the matcher's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.article import Article
from tocsin.documents import RuleDocument, SubscriptionDocument
from tocsin.matching import ArticleView, Clause, ClauseKind, Explanation, Hit, Setting, explain
from tocsin.ports.deliveries import DeliveryRecord
from tocsin.ports.subscribers import Directory, channels_of
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin_cli.commands import documents
from tocsin_cli.commands.files import name_of, text_of
from tocsin_cli.commands.options import AsJson
from tocsin_cli.commands.output import say, say_json, styled
from tocsin_cli.commands.own_regions import RegionsFile, StoreRegions, know_own_regions
from tocsin_cli.commands.session import Session, Store, session_of, with_store
from tocsin_cli.commands.validation import valid


MOST_HITS = 8
MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an article and a rule. ``versions`` are those of the rule that it matched."""

    article: Article
    rule: RuleDocument
    versions: Sequence[int]
    directory: Directory
    deliveries: Sequence[DeliveryRecord]


def why(
    context: typer.Context,
    article_id: Annotated[str, typer.Argument(metavar="ARTICLE", help="Its id.")],
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Its id.")],
    as_json: AsJson = False,
) -> None:
    """Say why an article matches a rule, or why not: each clause, each region, each delivery.

    Judges by the rule as it stands now.
    """
    session = session_of(context)
    facts = with_store(context, lambda store: _facts(store, article_id, rule_id))
    explanation = judge(session, facts.rule, facts.article)
    if as_json:
        say_json(_json(facts, explanation))
        return
    _say_head(facts, explanation)
    say_explanation(session.gazetteer(), facts.article, explanation)
    _say_then(facts)
    _say_deliveries(facts)


def try_query(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="In the rule language.")],
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Articles as plain text: the first line is the title."
        ),
    ],
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            "-r",
            metavar="REGION",
            help="Set in this region; more than one: in any of them.",
        ),
    ] = None,
    about: Annotated[bool, typer.Option("--about", help="The region is a main subject.")] = False,
    own: RegionsFile = None,
    store_regions: StoreRegions = False,
) -> None:
    """Try a query on files, without a store: which of them it matches, and why."""
    session = session_of(context)
    know_own_regions(session, own, of_store=store_regions)
    regions = {"any": region, "level": "about" if about else "mention"} if region else None
    rule = valid(RuleDocument, {"id": "try", "name": "try", "query": query, "regions": regions})
    matched = 0
    for path in paths:
        article = _article(path, session)
        explanation = judge(session, rule, article)
        matched += explanation.matched
        say(Text.assemble(_verdict(ok=explanation.matched), f" {path}: {article.title}"))
        say_explanation(session.gazetteer(), article, explanation)
    say(f"{matched} of {len(paths)} match.")


def judge(session: Session, rule: RuleDocument, article: Article) -> Explanation:
    places = Geoparser(session.gazetteer()).locate(article)
    return explain(documents.checker(session)(rule), ArticleView(article, places))


async def _facts(store: Store, article_id: str, rule_id: str) -> Facts:
    rule = await store.rules.get(rule_id)
    event = await store.articles.article(article_id)
    parts = await store.articles.matches_of(article_id)
    matches = [match for part in parts for match in part.matches if match.rule_id == rule_id]
    records = await store.deliveries.recent(1_000, article_id=article_id)
    return Facts(
        article=event.article(),
        rule=rule,
        versions=sorted({match.rule_version for match in matches}),
        directory=await store.subscribers.directory(),
        deliveries=[record for record in records if record.delivery.rule_id == rule_id],
    )


def _article(path: Path, session: Session) -> Article:
    title, _, body = text_of(path).strip().partition("\n")
    return Article(name_of(path), title.strip(), body.strip(), session.clock.now())


def _say_head(facts: Facts, explanation: Explanation) -> None:
    verb = "matches" if explanation.matched else "does not match"
    say(Text(f"{facts.article.title}", "bold"))
    say(
        Text.assemble(
            _verdict(ok=explanation.matched), f" {verb} {facts.rule.id}: {facts.rule.name}"
        )
    )
    if not facts.rule.enabled:
        say(styled("  but the rule is disabled, so nobody is told", "yellow"))
    say()


def say_explanation(gazetteer: Gazetteer, article: Article, explanation: Explanation) -> None:
    """Show each clause and region with its verdict and what it rests on."""
    if explanation.clause is not None:
        _say_clause(gazetteer, article, explanation.clause, 1)
    for setting in explanation.settings:
        _say_setting(gazetteer, article, setting, 1)
    for failure in explanation.failing:
        # Those in the query have their clause above, and regions their setting.
        if failure.start is None and not failure.text.startswith("region "):
            say(
                Text.assemble(
                    "  ", _verdict(ok=False), f" {failure.text}  ", (failure.reason, "dim")
                )
            )


def _say_clause(gazetteer: Gazetteer, article: Article, clause: Clause, depth: int) -> None:
    if clause.setting is not None:
        _say_setting(gazetteer, article, clause.setting, depth)
        return
    detail = _found(clause.hits, clause.count) if clause.verdict else clause.reason
    text = " ".join(clause.text.split())
    say(
        Text.assemble(
            "  " * depth,
            _verdict(ok=clause.verdict),
            f" {text}",
            (f"  {detail}" if detail else "", "dim"),
        )
    )
    if clause.kind is not ClauseKind.WORDS:
        for inner in clause.clauses:
            _say_clause(gazetteer, article, inner, depth + 1)


def _found(hits: Sequence[Hit], count: int) -> str:
    shown = ", ".join(dict.fromkeys(f"“{hit.text}” ({hit.field})" for hit in hits[:MOST_HITS]))
    return f"{shown}{f', {count} in all' if count > 1 else ''}"


def _say_setting(gazetteer: Gazetteer, article: Article, setting: Setting, depth: int) -> None:
    wish = ("about " if setting.level == "about" else "in ") if setting.wanted else "not in "
    hit = setting.hit
    what = f"{hit.level}, probability {hit.probability:.2f}" if hit else "not in the article"
    reason = f": {setting.reason}" if setting.reason and hit else ""
    say(
        Text.assemble(
            "  " * depth,
            _verdict(ok=setting.verdict),
            f" {wish}{gazetteer.name(setting.region)}",
            (f"  {what}{reason}", "dim"),
        )
    )
    for line in _evidence(gazetteer, article, setting):
        say(Text(f"{'  ' * (depth + 2)}{line}", "dim"))


def _evidence(gazetteer: Gazetteer, article: Article, setting: Setting) -> Iterator[str]:
    for place in setting.places[:MOST_PLACES]:
        path = gazetteer.path(place.region, setting.region, article.date.date())
        written = dict.fromkeys(
            (article.title if span.field == "title" else article.text)[span.start : span.end]
            for span in place.spans
        )
        way = " → ".join(path) or place.name
        yield f"“{'”, “'.join(written)}”: {way}, {place.probability:.2f}"


def _say_then(facts: Facts) -> None:
    said = ", ".join(f"version {version}" for version in facts.versions)
    now = f"the rule is at version {facts.rule.version} now"
    say(f"\nThe matcher found it to match {said or 'no version so far'}; {now}.")


def _say_deliveries(facts: Facts) -> None:
    wanted = [each for each in facts.directory.subscriptions if each.rule == facts.rule.id]
    if not wanted:
        say("Nobody is subscribed to this rule.")
    for subscription in wanted:
        say(Text(f"Subscription {subscription.id}: {_audience(facts.directory, subscription)}"))
    for record in facts.deliveries:
        reason = f": {record.reason}" if record.reason else ""
        say(Text(f"  {record.state} to {record.delivery.channel_id}{reason}"))


def _audience(directory: Directory, subscription: SubscriptionDocument) -> str:
    if not subscription.enabled:
        return "disabled, so nobody is told"
    names = ", ".join(channel.id for channel in channels_of(directory, subscription))
    return f"{subscription.subscriber} on {names or 'no channel that is enabled'}"


def _verdict(*, ok: bool) -> Text:
    return styled("yes", "green") if ok else styled("no ", "red")


def _json(facts: Facts, explanation: Explanation) -> dict[str, Any]:
    return {
        "article": facts.article.id,
        "rule": facts.rule.id,
        "matched": explanation.matched,
        "enabled": facts.rule.enabled,
        "failing": [{"clause": each.text, "reason": each.reason} for each in explanation.failing],
        "clause": _clause_json(explanation.clause) if explanation.clause else None,
        "regions": [_setting_json(each) for each in explanation.settings],
        "matched_versions": facts.versions,
        "deliveries": [
            {
                "id": record.delivery.id,
                "channel": record.delivery.channel_id,
                "state": record.state,
                "reason": record.reason,
            }
            for record in facts.deliveries
        ],
    }


def _clause_json(clause: Clause) -> dict[str, Any]:
    return {
        "kind": clause.kind,
        "text": clause.text,
        "verdict": clause.verdict,
        "reason": clause.reason,
        "count": clause.count,
        "hits": [{"field": hit.field, "start": hit.start, "text": hit.text} for hit in clause.hits],
        "region": _setting_json(clause.setting) if clause.setting else None,
        "clauses": [_clause_json(each) for each in clause.clauses],
    }


def _setting_json(setting: Setting) -> dict[str, Any]:
    return {
        "region": setting.region,
        "wanted": setting.wanted,
        "verdict": setting.verdict,
        "reason": setting.reason,
        "level": setting.hit.level if setting.hit else None,
        "probability": setting.hit.probability if setting.hit else 0,
        "places": [each.name for each in setting.places],
    }
