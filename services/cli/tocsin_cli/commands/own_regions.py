"""Regions of one's own, for commands that work without a store."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tocsin.documents import RegionDocument
from tocsin.errors import TocsinError
from tocsin_cli.commands import documents
from tocsin_cli.commands.files import text_of
from tocsin_cli.commands.session import Session
from tocsin_cli.manifests import Kind, State, check, read


RegionsFile = Annotated[
    Path | None,
    typer.Option(
        "--regions",
        metavar="FILE",
        help="Know the regions of your own in FILE, as `tocsin regions list --json` or "
        "`tocsin export` writes them.",
    ),
]
StoreRegions = Annotated[
    bool, typer.Option("--store-regions", help="Know the regions of your own in the store.")
]


def know_own_regions(session: Session, file: Path | None, *, of_store: bool) -> None:
    """Have the gazetteer know them; those of the file, where both have one.

    Raises:
        ManifestError: the file is wrong, with every problem there is.
        StoreAwayError: those of the store are wanted, and there is none.
    """
    known = {each.id: each for each in _of_store(session)} if of_store else {}
    if file is not None:
        known |= {each.id: each for each in _of_file(session, file)}
    if known:
        session.know(tuple(known.values()))


def _of_store(session: Session) -> Sequence[RegionDocument]:
    async def read_all() -> Sequence[RegionDocument]:
        async with session.open_store() as store:
            return (await store.regions.all()).documents

    return asyncio.run(read_all())


def _of_file(session: Session, file: Path) -> Sequence[RegionDocument]:
    text = text_of(file)
    if text.lstrip().startswith("["):
        # A list, as --json writes it; YAML reads JSON.
        text = f'{{"{Kind.REGION}": {text}}}'
    drafts = [d for d in read(text, str(file), os.environ).drafts if d.kind is Kind.REGION]
    if not drafts:
        raise TocsinError(f"there is no region in {file}")
    return check(drafts, State(), documents.checks(session)).regions()
