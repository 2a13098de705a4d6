"""What became of what was pushed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    article_id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """``problem`` says what is wrong, and with which field."""

    problem: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Ingest could not take it just now, and may later."""

    problem: str


Outcome = Accepted | Rejected | Failed


@dataclass(slots=True)
class Tally:
    """``rejected`` is told as ``file:line: what is wrong``."""

    new: list[str] = field(default_factory=list)
    known: int = 0
    rejected: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.new) + self.known + len(self.rejected)

    def accept(self, outcome: Accepted) -> None:
        if outcome.new:
            self.new.append(outcome.article_id)
        else:
            self.known += 1

    def reject(self, place: str, problem: str) -> None:
        self.rejected.append(f"{place}: {problem}")


def of_answer(answer: Mapping[str, Any]) -> Outcome:
    """Read what ingest says of one article, or of one line."""
    problem = answer.get("problem")
    if problem is None:
        return Accepted(str(answer["id"]), bool(answer["new"]))
    said = of_problem(problem)
    return Failed(said) if answer.get("status") == "failed" else Rejected(said)


def of_problem(problem: Mapping[str, Any]) -> str:
    """Say what a problem document (RFC 9457) says, the wrong fields first."""
    faults: Iterable[Mapping[str, Any]] = problem.get("errors") or ()
    said = [
        f"{place.removeprefix('/')}: {fault['detail']}"
        if (place := str(fault.get("pointer") or fault.get("parameter") or ""))
        else str(fault["detail"])
        for fault in faults
    ]
    return "; ".join(said) or str(
        problem.get("detail") or problem.get("title") or "no reason given"
    )
