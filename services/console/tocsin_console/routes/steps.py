"""What somebody new here does first."""

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.ports.subscribers import Directory


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    link: str
    done: bool


def first_steps(rules: int, directory: Directory, *, has_alerts: bool) -> Sequence[Step]:
    """Return the way to a first alert; nothing once it has been gone."""
    steps = [
        Step("Write a rule: which words, and where in the world", "/new-rule", rules > 0),
        Step(
            "Add a subscriber, and a channel that reaches them",
            "/subscribers",
            bool(directory.subscribers and directory.channels),
        ),
        Step("Subscribe them to the rule", "/subscribers", bool(directory.subscriptions)),
        Step("Let an article come in that matches", "/alerts", has_alerts),
    ]
    return () if all(step.done for step in steps) else steps
