"""Seals every channel's URL with a new key, while services run."""

from typing import Annotated

import typer

from tocsin.errors import TocsinError
from tocsin.ports.subscribers import Resealed
from tocsin_cli.commands.output import say
from tocsin_cli.commands.session import Store, with_store


def rotate_keys(
    context: typer.Context,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old",
            help="Then drop the old keys from the file; links in messages sent so far stop working.",
        ),
    ] = False,
) -> None:
    """Seal every channel's URL with a new key. Safe while services run, and safe to repeat.

    Keys in a file: a new one is made and put first. Keys in TOCSIN_SECRET_KEYS: the first of them is used.
    """
    with_store(context, lambda store: _rotate(store, forget_old=forget_old))


async def _rotate(store: Store, *, forget_old: bool) -> None:
    if not store.keys.ids:
        raise TocsinError(
            "there are no keys to rotate: set TOCSIN_SECRET_KEYS or TOCSIN_SECRET_KEYS_FILE as the "
            "services have it"
        )
    done = await store.sealing.reseal()
    # What was not sealed with the first key before is what a rotation that was broken off, or a key
    # put there by hand, has left to do; a key of our own would be one too many.
    if not done.count and store.keys.file is not None and not (forget_old and _has_old(store)):
        store.keys.put_new_first()
        done = await store.sealing.reseal()
    say(f"{done.count:,} channels' URLs are sealed anew, all with key {store.keys.ids[0]} now.")
    _expect_none_locked(done)
    if forget_old and store.keys.file is not None:
        store.keys.keep_first_only()
        say("The old keys are forgotten: links in messages sent before work no longer.")
    elif _has_old(store):
        say(_what_is_left(store))


def _has_old(store: Store) -> bool:
    return len(store.keys.ids) > 1


def _expect_none_locked(done: Resealed) -> None:
    if done.unreadable:
        raise TocsinError(
            f"the channels {', '.join(done.unreadable)} cannot be read: they stay as they are, and so do "
            "the keys; put these channels anew, or delete them"
        )
    if done.locked:
        raise TocsinError(
            f"no key opens the URLs of {', '.join(done.locked)}: they stay as they are, and so do the "
            "keys; put these channels anew, or add the key that they were sealed with"
        )


def _what_is_left(store: Store) -> str:
    old = ", ".join(store.keys.ids[1:])
    if store.keys.file is not None:
        return (
            f"The old ones ({old}) stay in {store.keys.file} for the links in messages sent before; "
            "drop them with --forget-old."
        )
    return (
        f"The others ({old}) open only the links in messages sent before: take them out of "
        "TOCSIN_SECRET_KEYS when these need not work any more."
    )
