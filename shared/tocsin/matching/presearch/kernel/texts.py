"""An article's texts as the kernel reads them: in one, with a mark before each."""

from tocsin.article import Article
from tocsin.matching.presearch.kernel.codes import (
    AUTHOR_MARK,
    BODY_MARK,
    MARKS,
    TAG_MARK,
    URL_MARK,
)
from tocsin.matching.view import TEXT, TITLE, ArticleView, Stream
from tocsin.rules import FieldName


_BODY, _AUTHOR, _TAG, _URL = (MARKS[mark] for mark in (BODY_MARK, AUTHOR_MARK, TAG_MARK, URL_MARK))
_MARKS = {
    TITLE: "",
    TEXT: _BODY,
    FieldName.AUTHOR: _AUTHOR,
    FieldName.TAG: _TAG,
    FieldName.URL: _URL,
}


def text_of(article: Article) -> str:
    """Return the texts of an article as they are written."""
    text = f"{article.title}{_BODY}{article.text}"
    for author in article.authors:
        text += _AUTHOR + author
    for tag in article.tags:
        text += _TAG + tag
    return f"{text}{_URL}{article.url}" if article.url else text


def marks_of(article: Article) -> int:
    """Return how many marks are in the text of an article, unless its writer put in more."""
    return 1 + len(article.authors) + len(article.tags) + bool(article.url)


def folded_text_of(view: ArticleView) -> str:
    """Return the words of an article as ``tocsin.text`` finds them, when the kernel cannot."""
    return "".join(_MARKS[stream.field] + _folded(stream) for stream in view.streams)


def _folded(stream: Stream) -> str:
    pieces: list[str] = []
    before = 0
    for position, word in enumerate(stream.tokens.words):
        paragraph = stream.paragraph_of(position)
        pieces += (" " if paragraph == before else "\n\n", word)
        before = paragraph
    return "".join(pieces)
