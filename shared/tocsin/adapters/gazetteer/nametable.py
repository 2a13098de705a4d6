"""The names while they are gathered: which entities go by which key."""

import re
from dataclasses import dataclass, field

from tocsin.adapters.gazetteer.inflection import russian_cases
from tocsin.regions.spelling import key
from tocsin.regions.tables import Use


CYRILLIC = re.compile(r"[\u0400-\u04ff\- ]{3,}")


@dataclass(slots=True)
class NameTable:
    """Which entities go by a key, and the best use that each makes of it."""

    by_key: dict[str, dict[int, Use]] = field(default_factory=dict)

    def add(self, name: str, entity: int, use: Use) -> None:
        folded = key(name)
        if len(folded) < 3 or (folded.isascii() and len(folded) < 4):
            return
        uses = self.by_key.setdefault(folded, {})
        uses[entity] = max(use, uses.get(entity, use))


def add_russian_cases(names: NameTable, name: str, number: int) -> None:
    if CYRILLIC.fullmatch(name):
        for form in russian_cases(name):
            names.add(form, number, Use.TRANSLATED)
