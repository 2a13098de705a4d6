from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.delivery import Alert, Digest, message_of
from tocsin.delivery.notice import Breakdown, Question
from tocsin.ports.deliveries import DeliveryRecord, State
from tocsin_cli.commands.options import AsJson, Limit
from tocsin_cli.commands.output import ago, say, say_json, say_table, styled
from tocsin_cli.commands.session import Store, session_of, with_store


deliveries = typer.Typer(
    no_args_is_help=True, help="The alerts that were sent, are to be sent, or could not be sent."
)

STYLES = {
    State.DELIVERED: "green",
    State.GATHERED: "green",
    State.DEAD: "red",
    State.EXPIRED: "red",
    State.BOUNCED: "red",
    State.FOLDED: "dim",
    State.SUPPRESSED: "dim",
}

DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help="As listed.")]


@deliveries.command(
    "list",
    epilog="Examples: [bold]tocsin deliveries list --state dead[/] · [bold]tocsin deliveries list "
    "--subscriber desk --rule mali[/]",
)
def list_deliveries(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    article: Annotated[str, typer.Option(metavar="ID", help="Only this article's.")] = "",
    rule: Annotated[str, typer.Option(metavar="ID", help="Only this rule's.")] = "",
    subscriber: Annotated[str, typer.Option(metavar="ID", help="Only to this subscriber.")] = "",
    channel: Annotated[str, typer.Option(metavar="ID", help="Only to this channel.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the deliveries, the newest first."""

    async def work(store: Store) -> list[DeliveryRecord]:
        found = await store.deliveries.recent(
            limit,
            state=state,
            article_id=article or None,
            rule_id=rule or None,
            subscriber_id=subscriber or None,
            channel_id=channel or None,
        )
        return list(found)

    found = with_store(context, work)
    now = session_of(context).clock.now()
    if as_json:
        say_json([_json(record) for record in found])
    elif not found:
        say("There are no such deliveries.")
    else:
        say_table(
            ("delivery", "state", "made", "rule", "channel", "article", "tries", "reason"),
            [
                (
                    record.delivery.id,
                    _state(record.state),
                    ago(record.created_at, now),
                    record.delivery.rule_id or "digest",
                    record.delivery.channel_id,
                    record.delivery.article_id,
                    str(record.attempts),
                    Text(record.reason),
                )
                for record in found
            ],
        )


@deliveries.command(epilog="Example: [bold]tocsin deliveries show 7c0d…[/]")
def show(context: typer.Context, delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """Show a delivery: what it tells, and everything that happened to it."""
    record = with_store(context, lambda store: store.deliveries.get(delivery_id))
    gathered = with_store(context, lambda store: store.deliveries.contents(delivery_id))
    ratings = with_store(context, lambda store: store.preferences.ratings([delivery_id]))
    rating = ratings.get(delivery_id)
    if as_json:
        items = [item.delivery.id for item in gathered.items]
        history = [_event(each) for each in record.history]
        useful = None if rating is None else rating.useful
        say_json(_json(record) | {"history": history, "items": items, "useful": useful})
        return
    now = session_of(context).clock.now()
    say(Text.assemble(_state(record.state), f" {record.reason}" if record.reason else ""))
    if record.delivery.is_digest:
        say(Text(f"digest    to {record.delivery.subscriber_id} on {record.delivery.channel_id}"))
        for item in gathered.items:
            say(Text(f"gathers   {item.delivery.id}  {_title(item)}"))
        for item in gathered.missed:
            say(Text(f"missed    {item.delivery.id}  {_title(item)}"))
    else:
        say(Text(f"article   {record.delivery.article_id}  {_title(record)}"))
        say(Text(f"rule      {record.delivery.rule_id}"))
        say(
            Text(
                f"to        {record.delivery.subscriber_id}, on channel {record.delivery.channel_id}"
            )
        )
    if record.digest_id:
        say(f"in digest {record.digest_id}")
    say(f"made      {ago(record.created_at, now)}")
    if record.due_at is not None:
        say(f"due       {record.due_at:%Y-%m-%d %H:%M:%S} UTC")
    if record.suspects:
        say(f"possibly sent twice: {record.suspects} times")
    if rating is not None:
        said = "useful" if rating.useful else "not useful"
        say(f"its reader says: {said}, {ago(rating.at, now)}")
    for attempt in record.history:
        say(Text(f"  {attempt.at:%H:%M:%S}  {attempt.outcome}  {attempt.reason}"))


@deliveries.command(
    epilog="Examples: [bold]tocsin deliveries revive 7c0d…[/] · [bold]tocsin deliveries revive --all[/]"
)
def revive(
    context: typer.Context,
    delivery_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[DELIVERY]…", help="As listed.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are dead or expired.")] = False,
) -> None:
    """Have deliveries that are dead or expired tried again."""

    async def work(store: Store) -> int:
        chosen = list(delivery_ids or ())
        if every:
            for state in (State.DEAD, State.EXPIRED):
                found = await store.deliveries.recent(10_000, state=state)
                chosen += [record.delivery.id for record in found]
        for delivery_id in chosen:
            await store.deliveries.revive(delivery_id)
        return len(chosen)

    say(f"{with_store(context, work):,} will be tried again.")


def _title(record: DeliveryRecord) -> str:
    if not record.delivery.payload:
        return "(a digest that is not closed yet)"
    match message_of(record.delivery):
        case Alert() as alert:
            return alert.article.title
        case Digest() as digest:
            return f"{digest.alerts} alerts"
        case Question():
            return "asks whether alerts are wanted there"
        case Breakdown(channel_id=channel_id):
            return f"tells that the channel {channel_id} broke"


def _state(state: State) -> Text:
    return styled(state, STYLES.get(state, "yellow"))


def _event(attempt: Any) -> dict[str, Any]:
    return {"at": attempt.at, "outcome": attempt.outcome, "reason": attempt.reason}


def _json(record: DeliveryRecord) -> dict[str, Any]:
    return {
        "id": record.delivery.id,
        "state": record.state,
        "reason": record.reason,
        "article": record.delivery.article_id,
        "rule": record.delivery.rule_id,
        "subscription": record.delivery.subscription_id,
        "subscriber": record.delivery.subscriber_id,
        "channel": record.delivery.channel_id,
        "digest": record.digest_id or None,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "due_at": record.due_at,
        "attempts": record.attempts,
        "suspects": record.suspects,
    }
