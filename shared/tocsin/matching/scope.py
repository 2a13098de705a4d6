"""Which of an article's words a part of a rule looks at, and how closely."""

from dataclasses import dataclass, replace

from tocsin.matching.view import LEAD_WORDS, TEXT, TITLE, ArticleView, Stream
from tocsin.rules import FieldName


_STREAMS = {
    FieldName.TITLE: frozenset({TITLE}),
    FieldName.LEAD: frozenset({TEXT}),
    FieldName.BODY: frozenset({TEXT}),
    FieldName.AUTHOR: frozenset({str(FieldName.AUTHOR)}),
    FieldName.TAG: frozenset({str(FieldName.TAG)}),
    FieldName.URL: frozenset({str(FieldName.URL)}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """``first`` counts words from the title on; ``lead`` those of the body alone."""

    fields: frozenset[str] = frozenset({TITLE, TEXT})
    first: int | None = None
    lead: bool = False
    keep_case: bool = False
    keep_accents: bool = False

    def within(self, field: FieldName) -> "Scope":
        return replace(self, fields=_STREAMS[field], lead=field is FieldName.LEAD)

    def within_first(self, count: int) -> "Scope":
        return replace(self, first=count if self.first is None else min(count, self.first))

    def visible(self, view: ArticleView, stream: Stream) -> int:
        """Return how many words from the beginning of the stream are looked at."""
        if stream.field not in self.fields:
            return 0
        length = len(stream)
        if self.lead:
            length = min(length, LEAD_WORDS)
        if self.first is not None:
            before = 0 if stream is view.title else len(view.title)
            length = min(length, max(0, self.first - before))
        return length


EVERYWHERE = Scope()
