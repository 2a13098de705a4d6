"""Take over queries of other tools: translate, and say what changed and what was lost.

``reader`` reads what the languages have in common; one module for each says what is different.
"""

from enum import StrEnum

from tocsin.rules.dialects.factiva import Factiva
from tocsin.rules.dialects.google import Google
from tocsin.rules.dialects.lucene import Lucene
from tocsin.rules.dialects.meltwater import Meltwater
from tocsin.rules.dialects.reader import Reader
from tocsin.rules.dialects.talkwalker import Talkwalker
from tocsin.rules.dialects.translation import Note, Translation


class Dialect(StrEnum):
    GOOGLE = "google"
    LUCENE = "lucene"
    MELTWATER = "meltwater"
    FACTIVA = "factiva"
    TALKWALKER = "talkwalker"


_READERS: dict[Dialect, type[Reader]] = {
    Dialect.GOOGLE: Google,
    Dialect.LUCENE: Lucene,
    Dialect.MELTWATER: Meltwater,
    Dialect.FACTIVA: Factiva,
    Dialect.TALKWALKER: Talkwalker,
}


def translate(text: str, dialect: Dialect) -> Translation:
    """Return a query of another tool in our language, with what changed and what was lost.

    Raises:
        RuleSyntaxError: it cannot be read, or cannot be said in our language.
    """
    return _READERS[dialect](text).translation()


__all__ = ["Dialect", "Note", "Translation", "translate"]
