"""Find, among up to a million rules, the few that an article may satisfy.

Lucene's Presearcher (org.apache.lucene.monitor). Read ``contract`` first, then what happens to a
rule: ``approximation`` says in ``features`` what it asks for (a ``formula``), ``registration`` chooses
those under which it is found. ``dictionary`` does the rest in plain Python, ``kernel`` in compiled
code over flat arrays.
"""

from tocsin.matching.presearch.choice import (
    Kernel,
    must_compile,
    preparing,
    preparing_plain,
    presearcher,
    warm,
)
from tocsin.matching.presearch.contract import Candidates, Presearcher
from tocsin.matching.presearch.dictionary import DictionaryPresearcher
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.reader import Reader, Records


__all__ = [
    "Candidates",
    "DictionaryPresearcher",
    "Frequencies",
    "Kernel",
    "Presearcher",
    "Reader",
    "Records",
    "must_compile",
    "preparing",
    "preparing_plain",
    "presearcher",
    "warm",
]
