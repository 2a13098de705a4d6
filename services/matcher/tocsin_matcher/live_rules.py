"""The engine's rules, kept as the store has them."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from tocsin.documents import RuleDocument
from tocsin.errors import TocsinError
from tocsin.events import RuleChanged
from tocsin.ports.rules import RuleStore
from tocsin.rules import Rule
from tocsin_matcher import metrics


log = structlog.get_logger()

FOLLOW_EVERY_S = 0.5
# Of the event loop, in which somebody must have asked for the others to be waited for.
TURNS = 4

Compile = Callable[[RuleDocument], Rule]


class RuleSet(Protocol):
    """What the engine offers here; a rule is replaced by one with its id."""

    def put(self, rule: Rule) -> None: ...

    def remove(self, rule_id: str) -> None: ...


class Regions(Protocol):
    async def catch_up(self) -> bool:
        """Know every region saved before this call; tell whether there was anything new."""
        ...


class LiveRules:
    """Follows the change log from a snapshot.

    ``catch_up`` is called for every article before it is matched. A rule that was saved before
    an article was accepted stands before it in time, and so is in the engine by then: no article is
    ever matched against yesterday's rules, however busy the matcher is.

    A rule may name a region that a subscriber defined the moment before: before a change is
    read, ``regions`` catches up, and a rule that could not be read is tried again with each of its news.
    """

    def __init__(
        self, store: RuleStore, engine: RuleSet, compile_: Compile, regions: Regions
    ) -> None:
        self._store = store
        self._engine = engine
        self._compile = compile_
        self._regions = regions
        self._unreadable: dict[str, RuleDocument] = {}
        self._cursor = ""
        self._versions: dict[str, int] = {}
        self._current: asyncio.Task[None] | None = None  # the read that has begun last
        self._next: asyncio.Task[None] | None = None  # one that has not begun
        self._asked = 0
        self.in_force: set[str] = set()
        self.broken: dict[str, str] = {}

    async def load(self) -> None:
        """Put every rule into the engine."""
        snapshot = await self._store.snapshot()
        await self._regions.catch_up()
        for rule in snapshot.rules:
            self._put(rule)
        self._cursor = snapshot.cursor
        log.info("rules loaded", rules=len(self.in_force), broken=len(self.broken))

    async def catch_up(self) -> None:
        """Return once every change made before this call is in force.

        One read answers all who asked before it began, and all of them at once: what they do next
        falls due together, and goes to the store together.
        """
        self._asked += 1
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._current))
        await asyncio.shield(self._next)

    async def _read_after(self, current: "asyncio.Task[None] | None") -> None:
        if current is not None:
            await asyncio.wait([current])
        await self._gathered()
        self._current, self._next = self._next, None
        await self._read()

    async def _gathered(self) -> None:
        """Let those come who are on their way: entries read together get here turn by turn."""
        asked = 0
        while asked < self._asked:
            asked = self._asked
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def follow(self) -> None:
        """Keep up while no article comes, so that none has to wait for many changes at once."""
        while True:
            await self.catch_up()
            await self._know_regions()
            metrics.RULES.labels("in force").set(len(self.in_force))
            metrics.RULES.labels("broken").set(len(self.broken))
            await asyncio.sleep(FOLLOW_EVERY_S)

    async def _read(self) -> None:
        while changes := await self._store.changes(self._cursor):
            await self._know_regions()
            for logged in changes:
                self._apply(logged.change)
                self._cursor = logged.cursor

    async def _know_regions(self) -> None:
        if await self._regions.catch_up():
            for rule in list(self._unreadable.values()):
                self._put(rule)

    def _apply(self, change: RuleChanged) -> None:
        if change.version <= self._versions.get(change.rule_id, 0):
            return
        if change.after is None:
            self._drop(change.rule_id)
            self._versions[change.rule_id] = change.version
        else:
            self._put(change.after)
        log.info("rule in force", rule=change.rule_id, version=change.version, action=change.action)

    def _put(self, document: RuleDocument) -> None:
        self._drop(document.id)
        self._versions[document.id] = document.version
        if not document.enabled:
            return
        try:
            self._engine.put(self._compile(document))
            self.in_force.add(document.id)
        except TocsinError as problem:
            # The door refuses such rules; one can only come from an older version of us.
            self.broken[document.id] = str(problem)
            self._unreadable[document.id] = document
            log.error("rule cannot be read", rule=document.id, problem=str(problem))  # noqa: TRY400 -- the message is all

    def _drop(self, rule_id: str) -> None:
        self._engine.remove(rule_id)
        self.in_force.discard(rule_id)
        self.broken.pop(rule_id, None)
        self._unreadable.pop(rule_id, None)
