"""An article as rules look at it: its words in order, where it is set, where it comes from."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from tocsin.article import Article
from tocsin.regions.places import Places
from tocsin.rules import FieldName
from tocsin.rules.words import fixed_prefix, is_pattern, matches
from tocsin.text import Span, Tokens, forms, has_arabic, paragraphs, sentences, tokenise


# The fields of an article that hold what it says; a rule that names no field looks there.
TITLE = "title"
TEXT = "text"

LEAD_WORDS = 60


class Stream:
    """One text of an article. Positions count its words from 0; nothing reaches beyond it."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        self.text = text
        self._expanded: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.tokens.words)

    @cached_property
    def tokens(self) -> Tokens:
        return tokenise(self.text)

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        return _positions(self.tokens.words, arabic=has_arabic(self.text))

    def find(self, word: str) -> list[int]:
        """Return where a word of a rule, perhaps with wildcards, stands; in order."""
        if not is_pattern(word):
            return self.positions.get(word, [])
        if word not in self._expanded:
            self._expanded[word] = self._expand(word)
        return self._expanded[word]

    def _expand(self, pattern: str) -> list[int]:
        prefix = fixed_prefix(pattern)
        found: set[int] = set()
        words = self._sorted
        is_whole = pattern == f"{prefix}*"  # as nearly all are
        for at in range(bisect_left(words, prefix), len(words)):
            word = words[at]
            if not word.startswith(prefix):
                break
            if is_whole or matches(pattern, word):
                found.update(self.positions[word])
        return sorted(found)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.positions)

    def sentence_of(self, position: int) -> int:
        return self._index(self.sentences, position)

    def paragraph_of(self, position: int) -> int:
        return self._index(self.paragraphs, position)

    @cached_property
    def sentences(self) -> list[Span]:
        return sentences(self.text)

    @cached_property
    def paragraphs(self) -> list[Span]:
        return paragraphs(self.text)

    def _index(self, spans: list[Span], position: int) -> int:
        start, _ = self.tokens.spans[position]
        return bisect_right(spans, start, key=lambda span: span[0]) - 1


class ArticleView:
    """Built once for each article, whatever the number of rules.

    Its words are counted when somebody asks for them: most articles match by far simpler means.
    """

    def __init__(self, article: Article, places: Places) -> None:
        self.article = article
        self.places = places

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        article = self.article
        return (
            Stream(TITLE, article.title),
            Stream(TEXT, article.text),
            *(Stream(FieldName.AUTHOR, author) for author in article.authors),
            *(Stream(FieldName.TAG, tag) for tag in article.tags),
            *((Stream(FieldName.URL, article.url),) if article.url else ()),
        )

    @property
    def title(self) -> Stream:
        return self.streams[0]

    @property
    def body(self) -> Stream:
        return self.streams[1]


def _positions(words: list[str], *, arabic: bool) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, each in _all_forms(words) if arabic else enumerate(words):
        if each in found:
            found[each].append(position)
        else:
            found[each] = [position]
    return found


def _all_forms(words: list[str]) -> Iterator[tuple[int, str]]:
    return ((position, form) for position, word in enumerate(words) for form in _forms(word))


def _forms(word: str) -> frozenset[str]:
    return forms(word) if "\u0621" <= word[0] <= "\u064a" else frozenset((word,))
