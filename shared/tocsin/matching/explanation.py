"""Why an article matched a rule, or why not: what ``explain`` returns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from tocsin.matching.reading import Label, label_of
from tocsin.matching.setting import Setting
from tocsin.rules import Rule


class Hit(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a field of the article, and what stands there.

    ``field`` is ``title``, ``text``, ``author``, ``tag`` or ``url``; an author or a tag counts
    its characters by itself.
    """

    field: str
    start: int
    end: int
    text: str


class ClauseKind(StrEnum):
    WORDS = "words"  # what is looked for at places in the text
    ALL = "all"
    ANY = "any"
    NONE = "none"
    WITHIN = "within"  # the same, looked for in a field or otherwise closer
    REGION = "region"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a query, as it is written at characters ``start`` to ``end`` of it.

    ``hits`` are the first few of ``count``. ``reason`` says why the verdict is false. ``weight``
    is what ``^`` gave it. ``setting`` is there for a region.
    """

    kind: ClauseKind
    text: str
    start: int
    end: int
    verdict: bool
    reason: str = ""
    hits: tuple[Hit, ...] = ()
    count: int = 0
    clauses: tuple["Clause", ...] = ()
    weight: int = 1
    setting: Setting | None = None

    def walk(self) -> Iterator["Clause"]:
        yield self
        for clause in self.clauses:
            yield from clause.walk()


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that a rule asks for and an article has not.

    ``start`` and ``end`` are characters of the query, None where it is asked for beside it.
    """

    text: str
    reason: str
    start: int | None = None
    end: int | None = None
    hits: tuple[Hit, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}: {self.reason}"


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence of the article; ``marks`` are the (start, end) of the hits within ``text``."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of each part of a rule in one article.

    ``clause`` is the query's, None where there is no query. ``settings`` are the regions asked
    for beside the query, the excluded ones last. ``failing`` is empty if and only if it matched.
    """

    matched: bool
    clause: Clause | None
    settings: tuple[Setting, ...]
    snippets: tuple[MarkedSentence, ...]
    failing: tuple[Failure, ...]

    def evidence(self) -> tuple[Clause, ...]:
        """Return the innermost clauses that are true because of something in the text."""
        return evidence(self.clause)

    def regions(self) -> tuple[Setting, ...]:
        """Return the regions that were asked for and found, in the query or beside it."""
        return regions(self.clause, self.settings)


class Evidence(Protocol):
    """A clause of the query, as it is written there, that is true because of something in the text.

    ``hits`` are the first few of ``count``.
    """

    @property
    def text(self) -> str: ...

    @property
    def count(self) -> int: ...

    @property
    def hits(self) -> tuple[Hit, ...]: ...


class Match(Protocol):
    """A rule that matched, and why."""

    @property
    def label(self) -> Label: ...

    @property
    def evidence(self) -> Sequence[Evidence]: ...

    @property
    def regions(self) -> Sequence[Setting]:
        """The regions that were asked for and found."""
        ...

    @property
    def snippets(self) -> Sequence[MarkedSentence]: ...


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """A match by its explanation."""

    rule: Rule
    explanation: Explanation

    @property
    def label(self) -> Label:
        return label_of(self.rule)

    @property
    def evidence(self) -> tuple[Clause, ...]:
        return self.explanation.evidence()

    @property
    def regions(self) -> tuple[Setting, ...]:
        return self.explanation.regions()

    @property
    def snippets(self) -> tuple[MarkedSentence, ...]:
        return self.explanation.snippets


def evidence(clause: Clause | None) -> tuple[Clause, ...]:
    return tuple(each for each in _true(clause) if each.kind is ClauseKind.WORDS)


def regions(clause: Clause | None, settings: Sequence[Setting]) -> tuple[Setting, ...]:
    beside = [each for each in settings if each.wanted]
    in_query = [each.setting for each in _true(clause) if each.setting is not None]
    found = {each.region: each for each in (*beside, *in_query) if each.verdict}
    return tuple(found.values())


def _true(clause: Clause | None) -> Iterator[Clause]:
    """Yield the clauses that make the whole true, outermost first; nothing below a NOT."""
    if clause is None or not clause.verdict or clause.kind is ClauseKind.NONE:
        return
    yield clause
    if clause.kind is not ClauseKind.WORDS:  # what is below is part of one hit
        for each in clause.clauses:
            yield from _true(each)
