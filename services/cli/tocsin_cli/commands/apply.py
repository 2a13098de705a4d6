import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tocsin.errors import TocsinError
from tocsin_cli.commands import documents
from tocsin_cli.commands.files import name_of, text_of
from tocsin_cli.commands.options import Reason, Yes
from tocsin_cli.commands.output import err, say
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.manifests import Change, Kind, Manifest, check, plan, read, write
from tocsin_cli.manifests.kind import AnyDocument


def apply(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="YAML; may be given more than once; - is standard input.",
        ),
    ],
    yes: Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Delete what the files lack, of each kind that they have a section for."
        ),
    ] = False,
    reason: Reason = "",
) -> None:
    """Make what is written in files stand: regions, lists, rules, sources, people and what they are told.

    Shows what would change, asks, and changes it. Doing it again changes nothing.
    """
    session = session_of(context)
    manifest = Manifest()
    for file in files:
        manifest = manifest.joined(read(text_of(file), name_of(file), os.environ))
    pruned = manifest.sections if prune else ()

    async def work(store: Store) -> None:
        current = await documents.standing(store)
        desired = check(manifest.drafts, current, documents.checks(session), prune=pruned)
        changes = plan(current, desired, prune=pruned)
        same = len(manifest.drafts) - sum(change.after is not None for change in changes)
        documents.say_plan(changes, same)
        left = current.pruned(desired, pruned).joined(desired)
        documents.require_unused(_to_go(changes), left.rules(), session)
        if not changes or dry_run:
            return
        confirm("Apply?", yes=yes)
        await documents.make(store, changes, who=session.who, reason=reason)
        say(f"Applied by {session.who}.")

    with_store(context, work)


def export(
    context: typer.Context,
    only: Annotated[
        list[Kind] | None,
        typer.Option(
            "--only", metavar="KIND", help=f"One of {', '.join(Kind)}; may be given more than once."
        ),
    ] = None,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets", help="Write the channels' URLs in the open, with their passwords."
        ),
    ] = False,
) -> None:
    """Write everything as YAML that `tocsin apply` reads.

    A channel's URL is masked; a masked one stays as it is when the file is applied.
    """
    state = with_store(context, documents.standing)
    text = write(state.only(only or tuple(Kind)), secrets=secrets)
    sys.stdout.write(text)
    if not text:
        err().print("There is nothing yet.")


def _to_go(changes: Sequence[Change]) -> Sequence[AnyDocument]:
    return [each.before for each in changes if each.after is None and each.before is not None]


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless the answer is known.

    Raises:
        TocsinError: there is nobody to ask.
        typer.Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise TocsinError("nothing was changed, as there is nobody to ask: add --yes")
    typer.confirm(question, abort=True)
