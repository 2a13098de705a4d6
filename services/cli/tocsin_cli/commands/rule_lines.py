"""A file of rules, prepared by this process or by several, in batches."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from tocsin.documents import RuleDocument
from tocsin.errors import TocsinError
from tocsin.matching import Preparation, PreparedRule
from tocsin.matching.presearch import Kernel
from tocsin.rules import Rule
from tocsin.runtime.crew import crew, in_turn
from tocsin_cli.matching.lines import LineError, RuleLine, rule_line
from tocsin_cli.pushing.batches import NumberedLine, cut


Prepared = Sequence[PreparedRule | None]
Preparing = Callable[[Iterable[Sequence[Rule]]], Iterator[Prepared]]


@dataclass(frozen=True, slots=True)
class RuleReading:
    """``check`` reads a rule whole, ``draft`` all of it but the query, which is prepared later."""

    check: Callable[[RuleDocument], Rule]
    draft: Callable[[RuleDocument], Rule]

    def whole(self, given: RuleLine) -> Rule:
        return _named(self.check(given.document()), given)

    def drafted(self, given: RuleLine) -> Rule:
        return _named(self.draft(given.document()), given)


@dataclass(frozen=True, slots=True)
class RuleBatch:
    """What became of some lines; ``size`` is how many bytes they were.

    ``errors`` are the wrong ones, by number.
    """

    size: int
    prepared: list[PreparedRule] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    errors: list[tuple[int, TocsinError]] = field(default_factory=list)


@contextmanager
def preparing(kernel: Kernel, jobs: int) -> Iterator[Preparing]:
    """Yield what prepares drafts, batch by batch and in their order."""
    if jobs == 1:
        preparation = Preparation(kernel)
        yield partial(map, preparation)
        return
    with crew(partial(Preparation, kernel), jobs) as workers:
        yield lambda batches: in_turn(workers, batches)


def read_rules(
    lines: Iterable[NumberedLine], reading: RuleReading, preparing: Preparing
) -> Iterator[RuleBatch]:
    """Yield what is to be put in, and what is wrong. A disabled rule is read, and left out."""
    waiting: deque[tuple[RuleBatch, list[tuple[int, RuleLine]]]] = deque()
    seen: dict[str, int] = {}

    def drafts() -> Iterator[Sequence[Rule]]:
        for some in cut(lines):
            batch = RuleBatch(sum(len(line.text) + 1 for line in some))
            drafted = list(_drafted(some, seen, reading, batch))
            waiting.append((batch, [(number, given) for number, given, _ in drafted]))
            yield [rule for _, _, rule in drafted]

    for prepared in preparing(drafts()):
        batch, given = waiting.popleft()
        _sort_out(batch, given, prepared, reading)
        yield batch


def _drafted(
    lines: Iterable[NumberedLine], seen: dict[str, int], reading: RuleReading, batch: RuleBatch
) -> Iterator[tuple[int, RuleLine, Rule]]:
    for line in lines:
        try:
            given = rule_line(line.text)
            first = seen.setdefault(given.id, line.number)
            if first != line.number:
                raise LineError("id", f"{given.id!r} is also the id at line {first}")
            draft = reading.drafted(given)
        except TocsinError as error:
            batch.errors.append((line.number, error))
        else:
            yield line.number, given, draft


def _sort_out(
    batch: RuleBatch,
    given: Sequence[tuple[int, RuleLine]],
    prepared: Prepared,
    reading: RuleReading,
) -> None:
    """Take what was prepared, and read whole what was not, which tells what is wrong with it."""
    for (number, line), found in zip(given, prepared, strict=True):
        if found is not None:
            if line.enabled:
                batch.prepared.append(found)
            continue
        try:
            rule = reading.whole(line)
        except TocsinError as error:
            batch.errors.append((number, error))
        else:
            if line.enabled:
                batch.rules.append(rule)


def _named(rule: Rule, given: RuleLine) -> Rule:
    return replace(rule, id=given.id, name=given.name or given.id)
