"""The tocsin command: the only module that names adapters."""

import getpass
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.availability import available
from tocsin.adapters.connection import connect
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.store_checks import check_durable, check_reachable
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.errors import StartError
from tocsin.runtime import process
from tocsin.runtime.logs import mask
from tocsin.runtime.settings import load
from tocsin_cli.adapters.data_folder import DataFolder
from tocsin_cli.adapters.slack_sink import slack_app
from tocsin_cli.adapters.smtp_sink import SmtpSink
from tocsin_cli.adapters.up import Up
from tocsin_cli.commands.group import RootGroup
from tocsin_cli.commands.inbox import inbox
from tocsin_cli.commands.session import Session, Store, StoreAwayError
from tocsin_cli.commands.up import up
from tocsin_cli.settings import DEFAULT_REDIS_URL, CliSettings, InboxSettings
from tocsin_cli.supervision.plan import Wanted
from tocsin_cli.supervision.screen import Screen


app = typer.Typer(
    name="tocsin",
    cls=RootGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # they hold secrets
)
app.command()(up)
app.add_typer(inbox, name="inbox")


@app.callback()
def root(
    context: typer.Context,
    redis: Annotated[
        str,
        typer.Option(
            "--redis",
            metavar="URL",
            help="The store; else TOCSIN_REDIS_URL, else that of `tocsin up`.",
        ),
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="The folder of `tocsin up`; else TOCSIN_DATA_DIR, else .tocsin.",
        ),
    ] = None,
    who: Annotated[
        str,
        typer.Option(
            "--who", metavar="NAME", help="Your name in the audit; else your user's name."
        ),
    ] = "",
) -> None:
    """Alerts for articles that match keyword and region rules.

    The options below may stand anywhere on the command line.
    """
    settings = load(CliSettings)
    given: dict[str, Any] = {"redis_url": redis, "data_dir": data}
    settings = settings.model_copy(update={name: value for name, value in given.items() if value})
    context.obj = session(settings, who or getpass.getuser())


def session(settings: CliSettings, who: str) -> Session:
    clock = SystemClock()

    @asynccontextmanager
    async def open_store() -> AsyncIterator[Store]:
        url = store_url(settings)
        async with usable(url) as redis:
            with available():
                yield Store(
                    rules=RedisRuleStore(redis, clock),
                    subscribers=RedisSubscriberStore(redis),
                    sources=RedisSourceStore(redis, clock),
                    articles=RedisArticleLog(redis),
                    deliveries=RedisDeliveryLedger(redis),
                    dead_letters=RedisDeadLetters(redis),
                    streams=RedisStreamStatus(redis),
                    services=RedisServiceRegistry(redis),
                    inbox=RedisInbox(redis),
                )

    async def run_up(wanted: Wanted, screen: Screen, *, demo: bool) -> None:
        async def check(url: str) -> None:
            async with usable(url) as redis:
                if not settings.unsafe_store:
                    await check_durable(redis)

        async def prepare(url: str) -> None:
            pass

        await Up(settings, screen, check, prepare).run(wanted)

    return Session(
        settings=settings,
        who=who,
        clock=clock,
        open_store=open_store,
        run_up=run_up,
        serve_inbox=lambda: process.run("inbox", InboxSettings, serve_inbox),
    )


async def serve_inbox(settings: InboxSettings) -> None:
    redis = connect(settings.redis_url)
    clock = SystemClock()
    messages = RedisInbox(redis)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command
    mail = SmtpSink(messages, clock, settings.host, settings.smtp_port)
    await process.serve(
        "inbox",
        settings,
        redis=redis,
        app=slack_app(messages, clock),
        on_start=(mail.start,),
        on_stop=(mail.stop,),
    )


@asynccontextmanager
async def usable(url: str) -> AsyncIterator[Any]:
    """Yield a client of the store.

    Raises:
        StoreAwayError: there is none at that address, or none that can be used.
    """
    try:
        redis = connect(url)
    except ValueError as error:
        raise StoreAwayError(f"{mask(url)!r} is no address of a store: {error}") from error
    try:
        try:
            await check_reachable(redis, mask(url))
        except StartError as error:
            raise StoreAwayError(str(error)) from error
        yield redis
    finally:
        await redis.aclose()


def store_url(settings: CliSettings) -> str:
    """Return what was asked for, else what ``tocsin up`` started, else Redis' usual place."""
    if settings.redis_url:
        return settings.redis_url
    whereabouts = DataFolder(settings.data_dir).whereabouts()
    return whereabouts.redis_url if whereabouts else DEFAULT_REDIS_URL


def main() -> None:
    app()
