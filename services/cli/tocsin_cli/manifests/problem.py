from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import TocsinError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file. ``line`` counts from 1.

    ``excerpt`` is the text of a query and the position in it that is wrong.
    """

    file: str
    line: int
    where: str
    what: str
    excerpt: tuple[str, int] | None = None

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}: {where}{self.what}"


class ManifestError(TocsinError):
    """A file that cannot be applied, with all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
