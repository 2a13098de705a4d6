"""The whole command line: every command with its examples."""

import getpass
import os
from collections.abc import Callable
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.errors import StartError
from tocsin.runtime.settings import load
from tocsin_cli.commands.apply import apply, export
from tocsin_cli.commands.channels import channels
from tocsin_cli.commands.dead import dead
from tocsin_cli.commands.deliveries import deliveries
from tocsin_cli.commands.demo import demo
from tocsin_cli.commands.group import RootGroup
from tocsin_cli.commands.inbox import inbox
from tocsin_cli.commands.lists import lists
from tocsin_cli.commands.locate import locate
from tocsin_cli.commands.match import match
from tocsin_cli.commands.people import subscribers, subscriptions
from tocsin_cli.commands.push import push
from tocsin_cli.commands.regions import regions
from tocsin_cli.commands.rules import rules
from tocsin_cli.commands.session import Session
from tocsin_cli.commands.sources import sources
from tocsin_cli.commands.status import status
from tocsin_cli.commands.suppressions import suppressions
from tocsin_cli.commands.up import up
from tocsin_cli.commands.why import try_query, why
from tocsin_cli.settings import DEFAULT_REDIS_URL, CliSettings


START = "Begin here"
WATCH = "See what happens, and why"
WRITE = "Say what to look for, and whom to tell"

COMMANDS: tuple[tuple[str, str, Callable[..., None], tuple[str, ...]], ...] = (
    (START, "up", up, ("tocsin up", "tocsin up --replicas matcher=2", "tocsin up --no-demo")),
    (
        START,
        "push",
        push,
        (
            "tocsin push --demo --wait",
            "tocsin push article.txt --source rfi.fr",
            "tocsin push archive.ndjson folder/",
            "curl -s https://example.org/news.html | tocsin push - --url https://example.org/news.html",
        ),
    ),
    (WATCH, "status", status, ("tocsin status", "tocsin status --json | jq .problems")),
    (WATCH, "why", why, ("tocsin why ARTICLE jnim-sahel",)),
    (WATCH, "try", try_query, ("tocsin try 'JNIM AND attack*' -r Sahel article.txt",)),
    (
        WATCH,
        "match",
        match,
        (
            "tocsin match --rules rules.jsonl --articles articles.jsonl > matches.jsonl",
            "zcat articles.jsonl.gz | tocsin match --rules rules.jsonl --articles - --explain -j 4",
        ),
    ),
    (
        WATCH,
        "locate",
        locate,
        (
            "tocsin locate article.txt",
            "tocsin locate --jsonl --jobs 2 < articles.jsonl > located.jsonl",
        ),
    ),
    (
        WRITE,
        "apply",
        apply,
        ("tocsin apply -f rules.yaml", "tocsin apply -f rules.yaml --prune --yes --reason 'v1.2'"),
    ),
    (WRITE, "export", export, ("tocsin export > rules.yaml", "tocsin export --only rules")),
)
GROUPS = (
    (START, "inbox", inbox),
    (START, "demo", demo),
    (WATCH, "deliveries", deliveries),
    (WATCH, "dead", dead),
    (WRITE, "rules", rules),
    (WRITE, "regions", regions),
    (WRITE, "lists", lists),
    (WRITE, "sources", sources),
    (WRITE, "subscribers", subscribers),
    (WRITE, "channels", channels),
    (WRITE, "subscriptions", subscriptions),
    (WRITE, "suppressions", suppressions),
)


def command_line(open_session: Callable[[CliSettings, str], Session]) -> typer.Typer:
    """Return the command line; ``open_session`` gives the commands what they may use."""
    app = typer.Typer(
        name="tocsin",
        cls=RootGroup,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_show_locals=False,  # they hold secrets
    )
    for panel, name, command, examples in COMMANDS:
        app.command(name, rich_help_panel=panel, epilog=_examples(examples))(command)
    for panel, name, group in GROUPS:
        app.add_typer(group, name=name, rich_help_panel=panel)
    app.command("version", epilog=_examples(("tocsin version",)))(version)

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
            typer.Option("--who", metavar="NAME", help="Your name in the audit; else your user's."),
        ] = "",
    ) -> None:
        """Alerts for articles that match keyword and region rules.

        --redis, --data and --who may stand anywhere on the command line.
        """
        context.obj = open_session(settings(redis, data), who or user_name())

    return app


def settings(redis: str = "", data: Path | None = None) -> CliSettings:
    """Return the environment's settings with those of the command line on top."""
    given: dict[str, Any] = {"redis_url": redis, "data_dir": data}
    if redis and "://" not in redis:
        raise StartError(f"--redis: expected a URL such as {DEFAULT_REDIS_URL}, not {redis!r}")
    return load(CliSettings).model_copy(
        update={name: value for name, value in given.items() if value}
    )


def user_name() -> str:
    """Return the name of whoever runs us; in a container there may be none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        return f"uid {os.getuid()}"


def version() -> None:
    """Show the version."""
    typer.echo(f"tocsin {version_of('tocsin-cli')}")


def _examples(examples: tuple[str, ...]) -> str:
    shown = "\n\n".join(f"  [bold]{example}[/]" for example in examples)
    return f"Examples:\n\n{shown}"
