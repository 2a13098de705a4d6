"""Meltwater's Boolean. NOT binds tighter than AND, and AND tighter than OR; NEAR alone is 4."""

from typing import ClassVar

from tocsin.rules.dialects.reader import Reader, country_of_source, language, source
from tocsin.rules.dialects.scanner import PHRASE, Lexeme, Sign
from tocsin.rules.expression import FieldName


_NO_OPERATOR = r"(?=[\s(\"“]|$)"


class Meltwater(Reader):
    lexicon: ClassVar = (
        (Sign.OPEN, r"\("),
        (Sign.CLOSE, r"\)"),
        (Sign.OR, rf"(?i:OR){_NO_OPERATOR}"),
        (Sign.AND, rf"(?i:AND){_NO_OPERATOR}"),
        (Sign.NOT, rf"(?i:NOT){_NO_OPERATOR}|-(?=\S)"),
        (Sign.NEAR, r"(?i:NEAR)/(?P<n>\d+)" + _NO_OPERATOR),
        (Sign.ORDERED, r"(?i:ONEAR)/(?P<n>\d+)" + _NO_OPERATOR),
        (Sign.NEAR, rf"NEAR{_NO_OPERATOR}"),
        (Sign.ORDERED, rf"ONEAR{_NO_OPERATOR}"),
        (Sign.BOOST, r"\^(?P<n>\d+)(?![\d.])"),
        (Sign.BOOST, r"\^[\d.]*"),
        (Sign.SLOP, r"~(?P<n>\d*)"),
        (Sign.FIELD, r"(?P<name>[A-Za-z_][\w.-]*):(?!//)"),
        (Sign.PHRASE, PHRASE),
        (Sign.WORD, r"[^\s()\"“”„«»^~]+"),
    )
    fields: ClassVar = {
        **dict.fromkeys(("title", "body.title.text"), FieldName.TITLE),
        **dict.fromkeys(("ingress", "body.ingress.text"), FieldName.LEAD),
        **dict.fromkeys(("body", "body.content.text"), FieldName.BODY),
        **dict.fromkeys(("author", "metadata.authors.authorinfo.rawname"), FieldName.AUTHOR),
        **dict.fromkeys(("url", "inurl", "metadata.url"), FieldName.URL),
        **dict.fromkeys(("language", "lang", "metadata.language"), language),
        **dict.fromkeys(("site", "source", "domain"), source),
        **dict.fromkeys(("country", "metadata.source.location.countrycode"), country_of_source),
        "metadata.mediatype": "all articles are of one media type here",
    }

    def mixed(self, place: Lexeme) -> None:
        self.changed(place, "AND binds tighter than OR in Meltwater, so it stands in brackets")

    def _takes_join(self, sign: Sign) -> bool:
        following = self.peek()
        taken = super()._takes_join(sign)
        if taken and following.sign in {Sign.WORD, Sign.PHRASE}:
            self.changed(following, "words side by side must all be there")
        return taken
