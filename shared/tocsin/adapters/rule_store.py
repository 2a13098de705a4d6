import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys, wire
from tocsin.adapters.availability import available
from tocsin.adapters.connection import BLOCK_MS
from tocsin.adapters.reading import Reader, reason_of
from tocsin.adapters.scripts import script
from tocsin.documents import RuleDocument
from tocsin.errors import NotFoundError, UnreadableError, VersionConflictError
from tocsin.events import RuleChanged
from tocsin.ports.clock import Clock
from tocsin.ports.rules import (
    Action,
    LoggedChange,
    RuleSnapshot,
    UnreadableChange,
    action_of,
    mentions,
    same_but_for_version,
)


PAGE = 1_000  # rules or changes fetched by one command, so that no command holds up the server
REMEMBERED = 1_000  # changes of one rule that its history finds


@dataclass(frozen=True, slots=True)
class _Standing:
    """A rule as it stands, if it does and can be read, and the highest version given to its id."""

    stands: bool
    rule: RuleDocument | None
    highest: int

    @property
    def version(self) -> int:
        return self.highest if self.stands else 0


class RedisRuleStore:
    """Rules in a hash, their changes in a stream.

    A change is prepared here from what was read, and written by one script that does nothing
    when the rule's version is another by then; so it is prepared anew until it fits.
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._change_rule = script(redis, "change_rule")
        self._reader = Reader("rule", RuleDocument.model_validate_json)

    @property
    def unreadable(self) -> Mapping[str, str]:
        return self._reader.unreadable

    async def put(
        self, rule: RuleDocument, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> RuleDocument:
        while True:
            standing = await self._standing(rule.id)
            _expect(rule.id, standing, expected_version)
            if standing.rule is not None and same_but_for_version(standing.rule, rule):
                return standing.rule
            after = rule.model_copy(update={"version": standing.highest + 1})
            if await self._write(rule.id, standing, after, who, reason):
                return after

    async def delete(
        self, rule_id: str, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> None:
        while True:
            standing = await self._standing(rule_id)
            if not standing.stands:
                raise NotFoundError("rule", rule_id)
            _expect(rule_id, standing, expected_version)
            if await self._write(rule_id, standing, None, who, reason):
                self._reader.forget(rule_id)
                return

    async def get(self, rule_id: str) -> RuleDocument:
        with available():
            document: Any = await self._redis.hget(keys.RULES, rule_id)
        if document is None:
            raise NotFoundError("rule", rule_id)
        rule = self._reader.read(rule_id, document)
        if rule is None:
            problem = self.unreadable[rule_id]
            version = (await self._standing(rule_id)).version
            raise UnreadableError("rule", rule_id, problem, version=version)
        return rule

    async def all(self) -> tuple[RuleDocument, ...]:
        rules, _ = await self._scan()
        return tuple(rules[rule_id] for rule_id in sorted(rules))

    async def page(self, after: str = "", *, limit: int = 100) -> Sequence[RuleDocument]:
        found: list[RuleDocument] = []
        while (wanted := limit - len(found)) > 0:
            with available():
                first = f"({after}" if after else "-"
                ids: Any = await self._redis.zrange(
                    keys.RULE_IDS, first, "+", bylex=True, offset=0, num=wanted
                )
                documents: Any = await self._redis.hmget(keys.RULES, ids) if ids else []
            found += self._readable(zip(ids, documents, strict=True))
            if len(ids) < wanted:
                break
            after = ids[-1].decode()
        return found

    async def search(self, text: str, *, limit: int = 100) -> Sequence[RuleDocument]:
        folded = text.casefold()
        written = json.dumps(folded, ensure_ascii=False)[1:-1]
        found: dict[str, RuleDocument] = {}
        async for rule_id, document in self._documents():
            # Most have it nowhere: a look at the text spares reading them.
            if written not in document.decode(errors="replace").casefold():
                continue
            rule = self._reader.read(rule_id.decode(), document)
            if rule is not None and mentions(rule, folded):
                found[rule.id] = rule
                if len(found) == limit:
                    break
        return [found[rule_id] for rule_id in sorted(found)]

    async def count(self) -> int:
        with available():
            return int(await self._redis.hlen(keys.RULES))

    async def snapshot(self) -> RuleSnapshot:
        # The cursor comes first: a rule that is changed during the scan is then also in the log.
        cursor = await self.position()
        rules, unreadable = await self._scan()
        return RuleSnapshot(tuple(rules.values()), cursor, unreadable)

    async def position(self) -> str:
        with available():
            last: Any = await self._redis.xrevrange(RuleChanged.stream, count=1)
        return last[0][0].decode() if last else "0-0"

    async def change_at(self, cursor: str) -> RuleChanged | None:
        with available():
            found: Any = await self._redis.xrange(RuleChanged.stream, cursor, cursor)
        change = _change(found[0][1]) if found else None
        return change if isinstance(change, RuleChanged) else None

    async def changes(self, after: str, *, wait_s: float = 0) -> Sequence[LoggedChange]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        entries = await self._read(after, None)
        while not entries and (remaining_ms := int((deadline - loop.time()) * 1000)) > 0:
            entries = await self._read(after, min(remaining_ms, BLOCK_MS))
        return [LoggedChange(entry.decode(), _change(fields)) for entry, fields in entries]

    async def history(self, rule_id: str, *, limit: int = 100) -> Sequence[RuleChanged]:
        with available():
            ids = await self._redis.lrange(keys.rule_changes(rule_id), 0, limit - 1)
            commands: Any = self._redis.pipeline(transaction=False)
            for entry in ids:
                commands.xrange(RuleChanged.stream, entry, entry)
            found = await commands.execute()
        changes = (_change(fields, history=True) for entries in found for _, fields in entries)
        return [change for change in changes if isinstance(change, RuleChanged)]

    async def _standing(self, rule_id: str) -> _Standing:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.hget(keys.RULES, rule_id)
            commands.hget(keys.RULE_VERSIONS, rule_id)
            document, highest = await commands.execute()
        rule = None if document is None else self._reader.read(rule_id, document)
        return _Standing(document is not None, rule, int(highest or 0))

    async def _write(
        self,
        rule_id: str,
        standing: _Standing,
        after: RuleDocument | None,
        who: str,
        reason: str,
    ) -> bool:
        change = RuleChanged(
            rule_id=rule_id,
            version=standing.highest + 1,
            action=_action(standing, after),
            who=who,
            at=self._clock.now(),
            reason=reason,
            before=standing.rule,
            after=after,
        )
        with available():
            entry = await self._change_rule(
                keys=[
                    keys.RULES,
                    keys.RULE_VERSIONS,
                    RuleChanged.stream,
                    keys.rule_changes(rule_id),
                    keys.RULE_IDS,
                ],
                args=[
                    rule_id,
                    standing.highest,
                    change.version,
                    after.model_dump_json() if after else "",
                    wire.encode(change),
                    REMEMBERED,
                ],
            )
        return entry is not None

    async def _scan(self) -> tuple[dict[str, RuleDocument], dict[str, str]]:
        """Return every rule that is there throughout, and why each other one cannot be read, by id."""
        rules: dict[str, RuleDocument] = {}
        unreadable: dict[str, str] = {}
        async for id_, document in self._documents():
            rule_id = id_.decode()
            rule = self._reader.read(rule_id, document)
            if rule is None:
                unreadable[rule_id] = self.unreadable[rule_id]
            else:
                rules[rule_id] = rule
        return rules, unreadable

    def _readable(self, documents: Iterable[tuple[bytes, bytes | None]]) -> Iterator[RuleDocument]:
        for id_, document in documents:
            if document is None:  # it went after the ids were read
                continue
            rule = self._reader.read(id_.decode(), document)
            if rule is not None:
                yield rule

    async def _documents(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Yield every rule that is there throughout, with its id; one may come twice."""
        cursor = 0
        while True:
            with available():
                reply: Any = await self._redis.hscan(keys.RULES, cursor, count=PAGE)
            cursor, page = reply
            for found in page.items():
                yield found
            if cursor == 0:
                return

    async def _read(
        self, after: str, block_ms: int | None
    ) -> Sequence[tuple[bytes, dict[bytes, bytes]]]:
        with available():
            reply: Any = await self._redis.xread(
                {RuleChanged.stream: after}, count=PAGE, block=block_ms
            )
        return reply[0][1] if reply else ()


def _expect(rule_id: str, standing: _Standing, expected: int | None) -> None:
    if expected is not None and standing.version != expected:
        raise VersionConflictError("rule", rule_id, expected, standing.version)


def _action(standing: _Standing, after: RuleDocument | None) -> Action:
    if standing.stands and standing.rule is None and after is not None:
        return "changed"
    return action_of(standing.rule, after)


def _change(
    fields: Mapping[bytes, bytes], *, history: bool = False
) -> RuleChanged | UnreadableChange:
    """Return a change; the rule before it, and in a history after it, may be left out unread."""
    raw = fields.get(wire.FIELD, b"")
    try:
        return wire.decode(raw, RuleChanged)
    except ValueError as error:
        told, problem = _told_in(raw), reason_of(error)
    for left_out in [("before",), ("before", "after")][: 2 if history else 1]:
        try:
            return RuleChanged.model_validate_json(json.dumps(told | dict.fromkeys(left_out)))
        except ValueError as error:
            problem = reason_of(error)
    rule_id, version = told.get("rule_id"), told.get("version")
    return UnreadableChange(
        rule_id if isinstance(rule_id, str) else "",
        version if isinstance(version, int) else 0,
        problem,
    )


def _told_in(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(wire.body(raw))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
