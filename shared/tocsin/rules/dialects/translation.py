"""What a translation says of itself."""

from dataclasses import dataclass

from tocsin.rules.expression import Expression


@dataclass(frozen=True, slots=True)
class Note:
    """What became of characters ``start`` to ``end`` of the original, which read ``written``."""

    start: int
    end: int
    written: str
    message: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A query of another tool in our language.

    ``changed`` means the same, or nearly, and is written otherwise; ``lost`` has no counterpart
    here and was left out, so that the rule finds more, or less, than it did there.
    """

    query: str
    expression: Expression
    changed: tuple[Note, ...]
    lost: tuple[Note, ...]
