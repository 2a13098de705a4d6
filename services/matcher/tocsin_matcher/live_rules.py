"""The engine's rules, kept as the store has them."""

import asyncio
import gc
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, assert_never

import structlog
from numpy.typing import NDArray

from tocsin.documents import RuleDocument
from tocsin.errors import NotFoundError, TocsinError, UnreadableError
from tocsin.events import RuleChanged
from tocsin.garbage import uncollected
from tocsin.matching import PreparedRule, Shard
from tocsin.ports.rules import RuleStore, UnreadableChange
from tocsin.rules import ListReference, Rule
from tocsin.rules.walk import walk
from tocsin_matcher import metrics
from tocsin_matcher.ports import Snapshot, SnapshotStore


log = structlog.get_logger()

FOLLOW_EVERY_S = 0.5
PAGE = 1_000
TELL_EVERY = 50_000  # rules

Compile = Callable[[RuleDocument], Rule]
Drafts = AsyncIterator[Sequence[Rule]]
Prepared = AsyncIterator[Sequence[PreparedRule | None]]


@dataclass(frozen=True, slots=True)
class Preparing:
    """How many rules are read at once: ``draft`` reads all of one but its query.

    ``prepared`` opens what does the rest, for drafts in their order, given how many there are.
    """

    draft: Compile
    prepared: Callable[[int], AbstractContextManager[Callable[[Drafts], Prepared]]]


class RuleSet(Protocol):
    """What the engine offers here; a rule is replaced by one with its id."""

    def __len__(self) -> int: ...

    def version_of(self, rule_id: str) -> int | None: ...

    def put(self, rule: Rule) -> None: ...

    def put_prepared(self, rules: Sequence[PreparedRule]) -> None: ...

    def remove(self, rule_id: str) -> None: ...

    def dump(self) -> dict[str, NDArray[Any]]: ...

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None: ...


class Regions(Protocol):
    @property
    def revision(self) -> int: ...

    async def catch_up(self) -> bool:
        """Know every region saved before this call; tell whether there was anything new."""
        ...


class Lists(Protocol):
    @property
    def revision(self) -> int: ...

    async def catch_up(self) -> frozenset[str]:
        """Know every list saved before this call; return the names of those that are new or changed."""
        ...


class LiveRules:
    """Follows the change log, from a snapshot where there is a good one.

    ``catch_up`` is called when articles were read, before they are matched. A rule that was saved before
    an article was accepted stands before it in time, and so is in the engine by then: no article is
    ever matched against yesterday's rules, however busy the matcher is.

    A rule may name a region or a list that was saved the moment before: ``regions`` and ``lists`` catch up
    before a change is read. Rules that name a list are read anew when it changes, and those that
    could not be read, with each of the news. Of several ``shard``s each has its own rules only.
    """

    def __init__(
        self,
        store: RuleStore,
        engine: RuleSet,
        compile_: Compile,
        regions: Regions,
        lists: Lists,
        *,
        shard: Shard = Shard(),  # noqa: B008 -- frozen
        snapshots: SnapshotStore | None = None,
        preparing: Preparing | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._compile = compile_
        self._regions = regions
        self._lists = lists
        self._shard = shard
        self._snapshots = snapshots
        self._preparing = preparing
        self._unreadable: dict[str, RuleDocument] = {}
        self._users: defaultdict[str, set[str]] = defaultdict(set)  # of lists, by their names
        self._cursor = ""
        self._saved_cursor = ""
        self._versions: dict[str, int] = {}  # of rules that are not in the engine
        self._current: asyncio.Task[None] | None = None  # the read that has begun last
        self._next: asyncio.Task[None] | None = None  # one that has not begun
        self.broken: dict[str, str] = {}

    @property
    def in_force(self) -> int:
        return len(self._engine)

    async def load(self) -> None:
        """Put every rule into the engine."""
        await self._regions.catch_up()
        await self._lists.catch_up()
        restored = await self._restore()
        if not restored:
            self._cursor = await self._store.position()
            with uncollected():
                await self._load_all()
            for rule_id, problem in self._store.unreadable.items():
                if self._shard.has(rule_id):
                    self._set_aside(rule_id, problem)
        await self._read()
        log.info(
            "rules loaded", rules=self.in_force, broken=len(self.broken), from_snapshot=restored
        )
        # What is there now stays: the collector of garbage need not look through it again.
        gc.collect()
        gc.freeze()
        if not restored:
            await self.save()

    async def save(self) -> None:
        """Keep a snapshot, unless the last one is as good."""
        if self._snapshots is None or self._cursor == self._saved_cursor:
            return
        last = await self._store.change_at(self._cursor)
        if last is None:  # there never was a rule
            return
        users = {name: tuple(ids) for name, ids in self._users.items() if ids}
        unreadable = tuple(each.model_dump_json() for each in self._unreadable.values())
        self._snapshots.save(
            Snapshot(
                cursor=self._cursor,
                last=last.model_dump_json(),
                revisions=self._revisions(),
                versions=self._versions,
                unreadable=unreadable,
                unread={
                    id_: why for id_, why in self.broken.items() if id_ not in self._unreadable
                },
                users=users,
                engine=self._engine.dump(),
            )
        )
        self._saved_cursor = self._cursor
        log.info("snapshot kept", rules=self.in_force)

    async def catch_up(self) -> None:
        """Return once every change made before this call is in force.

        One read answers all who asked before it began.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._current))
        await asyncio.shield(self._next)

    async def _read_after(self, current: "asyncio.Task[None] | None") -> None:
        if current is not None:
            await asyncio.wait([current])
        self._current, self._next = self._next, None
        await self._read()

    async def follow(self) -> None:
        """Keep up while no article comes, so that none has to wait for many changes at once."""
        while True:
            await self.catch_up()
            await self._know_names()
            metrics.RULES.labels("in force").set(self.in_force)
            metrics.RULES.labels("broken").set(len(self.broken))
            await asyncio.sleep(FOLLOW_EVERY_S)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        # In one round trip, for nearly always there is nothing new.
        changed, changes = await asyncio.gather(
            self._lists.catch_up(), self._store.changes(self._cursor)
        )
        news = "changes" if changed or changes else "none"
        if changed:
            await self._renew(changed)
        while changes:
            await self._know_names()
            for logged in changes:
                match logged.change:
                    case RuleChanged() as change:
                        self._apply(change)
                    case UnreadableChange() as change:
                        self._apply_unread(change, logged.cursor)
                    case _:
                        assert_never(logged.change)
                self._cursor = logged.cursor
            changes = await self._store.changes(self._cursor)
        metrics.CATCH_UP_SECONDS.labels(news).observe(loop.time() - started)

    async def _know_names(self) -> None:
        changed, regions_changed = await asyncio.gather(
            self._lists.catch_up(), self._regions.catch_up()
        )
        if regions_changed:
            self._put_all(list(self._unreadable.values()))
        if changed:
            await self._renew(changed)

    async def _renew(self, lists: Iterable[str]) -> None:
        """Read those rules anew that name a list, and those that could not be read."""
        for rule_id in sorted({rule_id for name in lists for rule_id in self._users[name]}):
            try:
                rule = await self._store.get(rule_id)
            except NotFoundError:
                continue  # its removal is on its way
            except UnreadableError as error:
                self._set_aside(rule_id, error.problem)
                continue
            if rule.version == self._version_of(rule_id):  # else its change is
                self._put(rule)
        self._put_all(list(self._unreadable.values()))

    async def _restore(self) -> bool:
        """Take in the snapshot; tell whether there was one that this log leads on from."""
        saved = self._snapshots.load() if self._snapshots else None
        if saved is None:
            return False
        last = await self._store.change_at(saved.cursor)
        if last is None or last.model_dump_json() != saved.last:
            log.info("snapshot is of another store, and left alone")
            return False
        if saved.revisions != self._revisions():
            log.info("snapshot knows other regions or lists, and is left alone")
            return False
        self._engine.load(saved.engine)
        self._cursor = self._saved_cursor = saved.cursor
        self._versions = dict(saved.versions)
        for name, ids in saved.users.items():
            self._users[name].update(ids)
        self._put_all(map(RuleDocument.model_validate_json, saved.unreadable))
        for rule_id, problem in saved.unread.items():
            self._set_aside(rule_id, problem)
            log.error("rule cannot be read", rule=rule_id, problem=problem)
        return True

    def _revisions(self) -> tuple[int, ...]:
        return self._regions.revision, self._lists.revision

    async def _load_all(self) -> None:
        total = await self._store.count()
        if self._preparing is None:
            async for page in self._pages(total):
                self._put_all(page)
            return
        waiting: deque[list[RuleDocument]] = deque()
        with self._preparing.prepared(total) as prepared:
            async for found in prepared(self._drafts(total, self._preparing.draft, waiting)):
                self._put_prepared(waiting.popleft(), found)
                await asyncio.sleep(0)  # health is to be told meanwhile

    async def _pages(self, total: int) -> AsyncIterator[list[RuleDocument]]:
        started = asyncio.get_running_loop().time()
        done, after = 0, ""
        while page := await self._store.page(after, limit=PAGE):
            yield [rule for rule in page if self._shard.has(rule.id)]
            done, after = done + len(page), page[-1].id
            if done % TELL_EVERY == 0:
                took = asyncio.get_running_loop().time() - started
                log.info("rules are being loaded", done=done, of=total, seconds=round(took, 1))
            await asyncio.sleep(0)  # health is to be told meanwhile

    async def _drafts(
        self, total: int, draft: Compile, waiting: deque[list[RuleDocument]]
    ) -> Drafts:
        """Yield the drafts, and append the documents that they are of to ``waiting``."""
        async for page in self._pages(total):
            documents: list[RuleDocument] = []
            drafts: list[Rule] = []
            for document in page:
                try:
                    new = draft(document) if document.enabled else None
                except TocsinError:
                    new = None
                if new is None:
                    self._put(document)  # which notes why it is not in force
                else:
                    drafts.append(new)
                    documents.append(document)
            waiting.append(documents)
            yield drafts

    def _put_prepared(
        self, documents: Sequence[RuleDocument], found: Sequence[PreparedRule | None]
    ) -> None:
        """Put in new rules; those that were not prepared are read here."""
        self._engine.put_prepared([rule for rule in found if rule is not None])
        for document, rule in zip(documents, found, strict=True):
            if rule is None:
                self._put(document)

    def _apply(self, change: RuleChanged) -> None:
        if not self._shard.has(change.rule_id):
            return
        if change.version <= self._version_of(change.rule_id):
            return
        if change.after is None:
            self._drop(change.rule_id)
            self._versions[change.rule_id] = change.version
        else:
            self._put(change.after)
        log.info("rule in force", rule=change.rule_id, version=change.version, action=change.action)

    def _apply_unread(self, change: UnreadableChange, cursor: str) -> None:
        """Take the rule out of force: as it was before is not how anybody wants it now."""
        rule_id, version = change.rule_id, change.version
        known = bool(rule_id)
        if known and (not self._shard.has(rule_id) or 0 < version <= self._version_of(rule_id)):
            return
        log.error(
            "change of a rule cannot be read", cursor=cursor, rule=rule_id, problem=change.problem
        )
        if known:
            self._set_aside(rule_id, change.problem)
            self._versions[rule_id] = version

    def _set_aside(self, rule_id: str, problem: str) -> None:
        version = self._version_of(rule_id)
        self._drop(rule_id)
        self._versions[rule_id] = version
        self.broken[rule_id] = problem

    def _version_of(self, rule_id: str) -> int:
        known = self._engine.version_of(rule_id)
        return self._versions.get(rule_id, 0) if known is None else known

    def _put_all(self, documents: Iterable[RuleDocument]) -> None:
        for document in documents:
            self._put(document)

    def _put(self, document: RuleDocument) -> None:
        self._drop(document.id)
        self._versions[document.id] = document.version
        if not document.enabled:
            return
        try:
            rule = self._compile(document)
            self._engine.put(rule)
        except TocsinError as problem:
            # The door refuses such rules; one can only come from an older version of us.
            self.broken[document.id] = str(problem)
            self._unreadable[document.id] = document
            log.error("rule cannot be read", rule=document.id, problem=str(problem))  # noqa: TRY400 -- the message is all
            return
        del self._versions[document.id]  # the engine knows it
        for name in _lists_in(rule):
            self._users[name].add(document.id)

    def _drop(self, rule_id: str) -> None:
        self._engine.remove(rule_id)
        self.broken.pop(rule_id, None)
        self._unreadable.pop(rule_id, None)
        for users in self._users.values():
            users.discard(rule_id)


def _lists_in(rule: Rule) -> Iterator[str]:
    if rule.expression is not None and "@" in rule.query:
        for node in walk(rule.expression):
            if isinstance(node, ListReference):
                yield node.name
