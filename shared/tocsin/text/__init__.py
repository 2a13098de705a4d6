"""Words, and how they are compared; sentences and paragraphs.

Read ``folding`` first (what counts as the same letter), then ``tokens`` (what is a word).
"""

from tocsin.text.arabic import forms, has_arabic, stem
from tocsin.text.folding import fold
from tocsin.text.language import is_tag, speaks
from tocsin.text.sentences import Span, paragraphs, sentences
from tocsin.text.tokens import Tokens, tokenise, tokenise_any, words


__all__ = [
    "Span",
    "Tokens",
    "fold",
    "forms",
    "has_arabic",
    "is_tag",
    "paragraphs",
    "sentences",
    "speaks",
    "stem",
    "tokenise",
    "tokenise_any",
    "words",
]
