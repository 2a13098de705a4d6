import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tocsin.documents import RuleDocument
from tocsin.errors import NotFoundError, VersionConflictError
from tocsin.events import RuleChanged
from tocsin.ports.clock import Clock
from tocsin.ports.rules import LoggedChange, RuleSnapshot, action_of, mentions, same_but_for_version


PAGE = 1_000


class FakeRuleStore:
    """A cursor counts the entries of the log up to it; ``unreadable`` is what a test says it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: dict[str, RuleDocument] = {}
        self._versions: defaultdict[str, int] = defaultdict(int)
        self._log: list[RuleChanged] = []
        self._logged = asyncio.Event()
        self.unreadable: Mapping[str, str] = {}

    async def put(
        self, rule: RuleDocument, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> RuleDocument:
        before = self._rules.get(rule.id)
        self._expect(rule.id, expected_version)
        if before is not None and same_but_for_version(before, rule):
            return before
        after = rule.model_copy(update={"version": self._versions[rule.id] + 1})
        self._write(rule.id, before, after, who, reason)
        return after

    async def delete(
        self, rule_id: str, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> None:
        before = await self.get(rule_id)
        self._expect(rule_id, expected_version)
        self._write(rule_id, before, None, who, reason)

    async def get(self, rule_id: str) -> RuleDocument:
        try:
            return self._rules[rule_id]
        except KeyError:
            raise NotFoundError("rule", rule_id) from None

    async def all(self) -> tuple[RuleDocument, ...]:
        return tuple(rule for _, rule in sorted(self._rules.items()))

    async def page(self, after: str = "", *, limit: int = 100) -> Sequence[RuleDocument]:
        return [rule for rule in await self.all() if rule.id > after][:limit]

    async def search(self, text: str, *, limit: int = 100) -> Sequence[RuleDocument]:
        return [rule for rule in await self.all() if mentions(rule, text.casefold())][:limit]

    async def count(self) -> int:
        return len(self._rules)

    async def snapshot(self) -> RuleSnapshot:
        return RuleSnapshot(tuple(self._rules.values()), await self.position())

    async def position(self) -> str:
        return str(len(self._log))

    async def change_at(self, cursor: str) -> RuleChanged | None:
        number = int(cursor)
        return self._log[number - 1] if 0 < number <= len(self._log) else None

    async def changes(self, after: str, *, wait_s: float = 0) -> Sequence[LoggedChange]:
        start = int(after)
        if len(self._log) == start and wait_s > 0:
            self._logged.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._logged.wait()
            except TimeoutError:
                return []
        page = enumerate(self._log[start : start + PAGE], start + 1)
        return [LoggedChange(str(number), change) for number, change in page]

    async def history(self, rule_id: str, *, limit: int = 100) -> Sequence[RuleChanged]:
        return [change for change in reversed(self._log) if change.rule_id == rule_id][:limit]

    def _expect(self, rule_id: str, expected: int | None) -> None:
        before = self._rules.get(rule_id)
        found = before.version if before else 0
        if expected is not None and found != expected:
            raise VersionConflictError("rule", rule_id, expected, found)

    def _write(
        self,
        rule_id: str,
        before: RuleDocument | None,
        after: RuleDocument | None,
        who: str,
        reason: str,
    ) -> None:
        self._versions[rule_id] += 1
        if after is None:
            del self._rules[rule_id]
        else:
            self._rules[rule_id] = after
        self._log.append(
            RuleChanged(
                rule_id=rule_id,
                version=self._versions[rule_id],
                action=action_of(before, after),
                who=who,
                at=self._clock.now(),
                reason=reason,
                before=before,
                after=after,
            )
        )
        self._logged.set()
