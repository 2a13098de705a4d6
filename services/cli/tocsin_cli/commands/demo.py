"""The demo set: rules, a subscriber and channels that lead to the demo inbox."""

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files

import typer

from tocsin.documents import ChannelDocument, RuleDocument
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.options import Yes
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.manifests import Change, Checks, State, check, plan, read


NAME = "demo.yaml"
REASON = "the demo set"


demo = typer.Typer(no_args_is_help=True, help="The demo's rules, subscriber and channels.")


@demo.command(epilog="Example: [bold]tocsin demo load[/]")
def load(context: typer.Context, yes: Yes = False) -> None:
    """Put the demo set into the store. Asks where the store is not empty."""
    session = session_of(context)

    async def work(store: Store) -> None:
        current = await documents.standing(store)
        desired = _demo_set(current, documents.checks(session))
        changes = plan(current, desired)
        documents.say_plan(changes, len(desired) - len(changes))
        if changes:
            confirm("Load it?", yes=yes or await is_untouched(store))
            await documents.make(store, changes, who=session.who, reason=REASON)
            await _confirm_channels(store, changes, session.clock.now())

    with_store(context, work)


@demo.command(
    epilog="Example: [bold]tocsin demo show > rules.yaml[/], to begin with rules of your own"
)
def show() -> None:
    """Show the demo set as YAML that `tocsin apply` reads."""
    typer.echo(_text(), nl=False)


async def load_where_untouched(store: Store, checks: Checks, who: str, now: datetime) -> int:
    """Fill a store that never held anything; return how many rules it got."""
    if not await is_untouched(store):
        return 0
    changes = plan(State(), _demo_set(State(), checks))
    await documents.make(store, changes, who=who, reason=REASON)
    await _confirm_channels(store, changes, now)
    return sum(isinstance(change.after, RuleDocument) for change in changes)


async def _confirm_channels(store: Store, changes: Iterable[Change], now: datetime) -> None:
    """Declare the demo's addresses confirmed: they are nobody's, and lead to the inbox."""
    who = f"tocsin, as {REASON}"
    for change in changes:
        if isinstance(change.after, ChannelDocument):
            await store.subscribers.stand(change.id, lambda stands: stands.confirmed(now, who))


async def is_untouched(store: Store) -> bool:
    """Tell whether there never was a rule and is no subscriber."""
    has_history = bool(await store.rules.changes("0"))
    return not has_history and not (await store.subscribers.directory()).subscribers


def _demo_set(current: State, checks: Checks) -> State:
    return check(read(_text(), NAME, {}).drafts, current, checks)


def _text() -> str:
    return files("tocsin_cli").joinpath("demo", NAME).read_text(encoding="utf-8")
