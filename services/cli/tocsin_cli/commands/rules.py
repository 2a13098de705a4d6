from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.documents import RegionCondition, RuleDocument
from tocsin.errors import NotFoundError, TocsinError, VersionConflictError
from tocsin.events import RuleChanged
from tocsin.rules import to_text
from tocsin.rules.english import in_english
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.options import AsJson, Limit, Reason, Yes
from tocsin_cli.commands.output import ago, err, say, say_json, say_table, styled
from tocsin_cli.commands.own_regions import RegionsFile, StoreRegions, know_own_regions
from tocsin_cli.commands.rules_import import import_rules
from tocsin_cli.commands.rules_lint import lint_rules
from tocsin_cli.commands.session import Session, Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind, State, check, read, write


rules = typer.Typer(no_args_is_help=True, help="The rules: what to look for.")
rules.command(
    "import",
    epilog="Examples: [bold]tocsin rules import queries.txt --dialect google[/] · "
    "[bold]tocsin rules import rules.csv --dialect meltwater --id-prefix mw- --save[/]",
)(import_rules)
rules.command(
    "lint",
    epilog="Examples: [bold]tocsin rules lint[/] · [bold]tocsin rules lint -q 'al qaeda AND att*'[/]",
)(lint_rules)

RuleId = Annotated[str, typer.Argument(metavar="RULE", help="Its id.")]
Name = Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")]
Query = Annotated[
    str | None, typer.Option("--query", "-q", metavar="QUERY", help="Words, in the rule language.")
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        "-r",
        metavar="REGION",
        help="Set in this region, by name or id; more than one: in any of them.",
    ),
]
Except = Annotated[
    list[str] | None, typer.Option("--except", metavar="REGION", help="Not set in this region.")
]
About = Annotated[
    bool | None,
    typer.Option(
        "--about/--mention",
        help="The region is a main subject; or it is enough that it is mentioned.",
    ),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="TAG", help="Written in this language (en, fr)."),
]
Enabled = Annotated[
    bool | None, typer.Option("--enabled/--disabled", help="Whether it is in force.")
]


@rules.command("list", epilog="Example: [bold]tocsin rules list --search sahel[/]")
def list_rules(
    context: typer.Context,
    search: Annotated[str, typer.Option(metavar="TEXT", help="Only those that mention this.")] = "",
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    """List the rules."""

    async def work(store: Store) -> Sequence[RuleDocument]:
        if search:
            return await store.rules.search(search, limit=limit)
        return await store.rules.page(limit=limit)

    found = with_store(context, work)
    if as_json:
        say_json([_json(rule) for rule in found])
    elif not found:
        say(
            "There is no such rule."
            if search
            else "There is no rule yet: see `tocsin rules add --help`."
        )
    else:
        say_table(
            ("rule", "", "version", "name", "looks for"),
            [
                (
                    rule.id,
                    styled("on", "green") if rule.enabled else styled("off", "dim"),
                    str(rule.version),
                    Text(rule.name),
                    Text(_summary(rule)),
                )
                for rule in found
            ],
        )


@rules.command(epilog="Example: [bold]tocsin rules show jnim-sahel[/]")
def show(
    context: typer.Context,
    rule_id: RuleId,
    english: Annotated[
        bool, typer.Option("--english", help="Only what it means, in plain words.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a rule, and what it means in plain words."""
    rule = with_store(context, lambda store: store.rules.get(rule_id))
    if english:
        say(Text(_meaning(session_of(context), rule)))
        return
    if as_json:
        say_json(_json(rule))
        return
    say(Text(write(State({Kind.RULE: {rule.id: rule}})).rstrip()))
    say(Text(f"\nVersion {rule.version}. {_meaning(session_of(context), rule)}"))


@rules.command(
    epilog="Examples: [bold]tocsin rules add sahel -q 'JNIM OR GSIM' -r Sahel[/] · "
    "[bold]tocsin rules add mali --name Mali -r Mali --about[/]"
)
def add(
    context: typer.Context,
    rule_id: RuleId,
    name: Name = None,
    query: Query = None,
    region: Regions = None,
    except_: Except = None,
    about: About = None,
    language: Languages = None,
    enabled: Enabled = None,
    reason: Reason = "",
) -> None:
    """Add a rule; it is in force at once."""
    fields = _fields(name or rule_id, query, language, enabled=enabled)
    after = valid(
        RuleDocument,
        {"id": rule_id, **fields, "regions": _regions(None, region, except_, about=about)},
    )

    async def work(store: Store) -> None:
        try:
            await _put(context, store, None, after, reason)
        except VersionConflictError as error:
            raise TocsinError(
                f"there is a rule {rule_id!r} already: change it with `tocsin rules set`"
            ) from error

    with_store(context, work)


@rules.command("set", epilog="Example: [bold]tocsin rules set sahel -q 'JNIM OR GSIM OR AQMI'[/]")
def set_rule(
    context: typer.Context,
    rule_id: RuleId,
    name: Name = None,
    query: Query = None,
    region: Regions = None,
    except_: Except = None,
    about: About = None,
    language: Languages = None,
    enabled: Enabled = None,
    reason: Reason = "",
) -> None:
    """Change the fields of a rule that are given; the others stay."""

    async def work(store: Store) -> None:
        before = await store.rules.get(rule_id)
        regions = _regions(before.regions, region, except_, about=about)
        fields = {**_fields(name, query, language, enabled=enabled), "regions": regions}
        after = valid(RuleDocument, before.model_dump(by_alias=True) | fields)
        await _put(context, store, before, after, reason)

    with_store(context, work)


@rules.command(epilog="Example: [bold]EDITOR=vim tocsin rules edit sahel[/]")
def edit(context: typer.Context, rule_id: RuleId, reason: Reason = "") -> None:
    """Change a rule in your editor ($EDITOR)."""
    session = session_of(context)

    async def work(store: Store) -> None:
        before = await store.rules.get(rule_id)
        text = session.edit(write(State({Kind.RULE: {rule_id: before}})))
        if text is None:
            say("Nothing to change.")
            return
        try:
            after = await _read(store, session, rule_id, text)
            await _put(context, store, before, after, reason)
        except TocsinError:
            file = session.keep(text)
            err().print(f"Nothing was changed. Your text is in {file}: mend it there, then")
            err().print(f"  tocsin apply -f {file}")
            raise

    with_store(context, work)


@rules.command(epilog="Example: [bold]tocsin rules enable sahel[/]")
def enable(context: typer.Context, rule_id: RuleId, reason: Reason = "") -> None:
    """Put a rule in force."""
    _switch(context, rule_id, reason, enabled=True)


@rules.command(epilog="Example: [bold]tocsin rules disable sahel --reason 'too many alerts'[/]")
def disable(context: typer.Context, rule_id: RuleId, reason: Reason = "") -> None:
    """Put a rule out of force; it is kept."""
    _switch(context, rule_id, reason, enabled=False)


@rules.command(epilog="Example: [bold]tocsin rules delete sahel --yes[/]")
def delete(context: typer.Context, rule_id: RuleId, yes: Yes = False, reason: Reason = "") -> None:
    """Delete a rule; its history stays."""

    async def work(store: Store) -> None:
        rule = await documents.unless_unreadable(store.rules.get(rule_id))
        if rule is not None:
            documents.say_changes([Change(Kind.RULE, rule, None)])
        confirm("Delete?", yes=yes)
        await store.rules.delete(rule_id, who=session_of(context).who, reason=reason)

    with_store(context, work)


@rules.command(epilog="Example: [bold]tocsin rules history sahel[/]")
def history(
    context: typer.Context, rule_id: RuleId, limit: Limit = 20, as_json: AsJson = False
) -> None:
    """Show what was done to a rule, by whom, when and why; the newest first."""
    changes = with_store(context, lambda store: store.rules.history(rule_id, limit=limit))
    if not changes:
        raise NotFoundError("rule", rule_id)
    if as_json:
        say_json([change.model_dump(mode="json", by_alias=True) for change in changes])
        return
    for change in changes:
        _say_change(context, change)


@rules.command("check", epilog="Example: [bold]tocsin rules check 'JNIM AND attack*' -r Sahel[/]")
def check_query(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="In the rule language; may be empty with --region."),
    ] = "",
    region: Regions = None,
    except_: Except = None,
    about: About = None,
    own: RegionsFile = None,
    store_regions: StoreRegions = False,
) -> None:
    """Tell what a query means, or what is wrong with it; changes nothing, needs no store."""
    rule = valid(
        RuleDocument,
        {
            "id": "check",
            "name": "check",
            "query": query,
            "regions": _regions(None, region, except_, about=about),
        },
    )
    session = session_of(context)
    know_own_regions(session, own, of_store=store_regions)
    compiled = documents.checker(session)(rule)
    if compiled.expression is not None:
        say(Text(to_text(compiled.expression), "bold"))
    say(Text(_meaning(session, rule)))


async def _put(
    context: typer.Context,
    store: Store,
    before: RuleDocument | None,
    after: RuleDocument,
    reason: str,
) -> None:
    session = session_of(context)
    documents.checker(session)(after)
    change = Change(Kind.RULE, before, after)
    if before is not None and not change.differences():
        say("Nothing to change.")
        return
    documents.say_changes([change])
    await documents.make(store, [change], who=session.who, reason=reason)


async def _read(store: Store, session: Session, rule_id: str, text: str) -> RuleDocument:
    """Return the rule in an edited text.

    Raises:
        ManifestError: it cannot be read.
        TocsinError: it holds another rule, or several.
    """
    state = check(
        read(text, "the edited text", {}).drafts,
        await documents.names_of(store),
        documents.checks(session),
    )
    after = state.of(Kind.RULE).get(rule_id)
    if not isinstance(after, RuleDocument) or len(state.of(Kind.RULE)) != 1:
        raise TocsinError(f"the edited text must hold the one rule {rule_id!r}")
    return after


def _switch(context: typer.Context, rule_id: str, reason: str, *, enabled: bool) -> None:
    async def work(store: Store) -> None:
        before = await store.rules.get(rule_id)
        after = before.model_copy(update={"enabled": enabled})
        await _put(context, store, before, after, reason)

    with_store(context, work)


def _fields(
    name: str | None,
    query: str | None,
    languages: list[str] | None,
    *,
    enabled: bool | None,
) -> dict[str, Any]:
    given = {"name": name, "query": query, "languages": languages or None, "enabled": enabled}
    return {field: value for field, value in given.items() if value is not None}


def _regions(
    before: RegionCondition | None,
    wanted: list[str] | None,
    unwanted: list[str] | None,
    *,
    about: bool | None,
) -> dict[str, Any] | None:
    fields = before.model_dump(by_alias=True) if before else {}
    if wanted:
        fields["any"] = wanted
    if unwanted:
        fields["except"] = unwanted
    if about is not None:
        fields["level"] = "about" if about else "mention"
    return fields or None


def _meaning(session: Session, rule: RuleDocument) -> str:
    return in_english(documents.checker(session)(rule), session.gazetteer().name)


def _summary(rule: RuleDocument) -> str:
    parts = [" ".join(rule.query.split())] if rule.query else []
    if rule.regions is not None:
        wanted = [*rule.regions.any, *rule.regions.all]
        parts += [f"in {', '.join(wanted)}"] if wanted else []
        parts += [f"not in {', '.join(rule.regions.except_)}"] if rule.regions.except_ else []
    return " ".join(parts)


def _say_change(context: typer.Context, change: RuleChanged) -> None:
    when = ago(change.at, session_of(context).clock.now())
    why = f": {change.reason}" if change.reason else ""
    say(Text(f"version {change.version}, {change.action} by {change.who} {when}{why}", "bold"))
    if change.after is not None:
        documents.say_change(Change(Kind.RULE, change.before, change.after))


def _json(rule: RuleDocument) -> dict[str, Any]:
    return rule.model_dump(mode="json", by_alias=True)
