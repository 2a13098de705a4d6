"""The AsyncAPI document of the streams; ``make docs`` writes it."""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from faststream.redis import RedisBroker
from faststream.specification import AsyncAPI
from redis.asyncio import Redis

from tocsin.adapters.keys import PREFIX
from tocsin.adapters.system_clock import SystemClock
from tocsin.events import EXPECTED_GROUPS, ArticleIngested, ArticleMatched, Event, RuleChanged
from tocsin.runtime.worker import StreamWorker


DESCRIPTION = """\
What the services tell each other, over Redis Streams.

An entry has one field, `__data__`: FastStream's binary message format with a JSON body, or that
JSON alone. Each group handles each entry until it is done with it, and publishes what came of it in
one step with the acknowledgement. What could not be handled is moved to the stream
`<stream>:dead`, with the reason.
"""

# What comes of an event that a group handles.
OUTCOMES: Mapping[type[Event], tuple[type[Event], ...]] = MappingProxyType(
    {ArticleIngested: (ArticleMatched,), ArticleMatched: ()}
)
# What begins with us: an article that ingest took in, a rule that somebody changed.
ORIGINS = (ArticleIngested, RuleChanged)


def document() -> dict[str, Any]:
    """Return the document; the same for the same code."""
    written = AsyncAPI(
        _declared(), title="Tocsin's streams", version=version("tocsin"), description=DESCRIPTION
    ).to_specification()
    return _in_order(_conforming(written.to_jsonable()))


def _declared() -> RedisBroker:
    """Return a broker with every reader and writer of a stream; it connects to nothing."""
    worker = StreamWorker(Redis(), clock=SystemClock(), consumer="one-for-each-process")
    for event_type, outcomes in OUTCOMES.items():
        for group in EXPECTED_GROUPS[event_type.stream]:
            worker.consume(event_type, group=group, handler=_nothing, publishes=outcomes)
    for event_type in ORIGINS:
        worker.publishes(event_type)
    return worker.broker


async def _nothing(event: Event) -> Sequence[Event]:
    return ()


def _conforming(document: dict[str, Any]) -> dict[str, Any]:
    """Mend where FastStream leaves the standard.

    A key may not hold a colon, and braces in an address name a parameter: here one whose only
    value is our hash tag, braces and all.
    """
    text = json.dumps(document)
    for suffix in ("SubscribeMessage", "Message"):
        text = text.replace(f":{suffix}", f".{suffix}")
    conforming: dict[str, Any] = json.loads(text)
    tag = PREFIX.strip("{}")
    for channel in conforming["channels"].values():
        channel["parameters"] = {
            tag: {"enum": [PREFIX], "default": PREFIX, "description": "Redis Cluster's hash tag."}
        }
    return conforming


def _in_order(document: dict[str, Any]) -> dict[str, Any]:
    """Order by name what FastStream keeps in sets, or it came in another order each time."""
    named = {name: _sorted(document[name]) for name in ("channels", "operations")}
    components = {kind: _sorted(each) for kind, each in document["components"].items()}
    return {**document, **named, "components": components}


def _sorted(named: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(named.items()))


def main() -> None:
    import yaml  # noqa: PLC0415 -- the documentation's need, which no service shares

    yaml.safe_dump(document(), sys.stdout, sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    main()
