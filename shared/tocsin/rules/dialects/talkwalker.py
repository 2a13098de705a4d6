"""Talkwalker's query language and its alerts.

Much of it is ours. What its AND and OR mean beside each other is not documented, so brackets
are asked for.
"""

from typing import ClassVar

from tocsin.rules.dialects.reader import Reader, country_of_source, language, source
from tocsin.rules.dialects.scanner import PHRASE, Lexeme, Sign
from tocsin.rules.expression import Expression, FieldName, Filter, FilterKind, Or


_END = r"(?=[\s(\"“]|$)"


class Talkwalker(Reader):
    lexicon: ClassVar = (
        (Sign.OPEN, r"\("),
        (Sign.CLOSE, r"\)"),
        (Sign.OR, rf"OR{_END}"),
        (Sign.AND, rf"AND{_END}"),
        (Sign.NOT, rf"NOT{_END}|-(?=\S)"),
        (Sign.NEAR, rf"NEAR/(?P<n>\d+){_END}"),
        (Sign.ORDERED, rf"ONEAR/(?P<n>\d+){_END}"),
        (Sign.SENTENCE, rf"SENTENCE{_END}"),
        (Sign.PARAGRAPH, rf"PARAGRAPH{_END}"),
        (Sign.CASE, r"\+\+(?=\S)"),
        (Sign.EXACT, r"\+(?=\S)"),
        (Sign.SLOP, r"~(?P<n>\d*)"),
        (Sign.LOST, r"[A-Za-z_]+:[<>]=?\S+"),
        (Sign.FIELD, r"(?P<name>[A-Za-z_]+):(?!//)"),
        (Sign.PHRASE, PHRASE),
        (Sign.WORD, r"[^\s()\"“”„«»~]+"),
    )
    fields: ClassVar = {
        "title": FieldName.TITLE,
        "content": FieldName.BODY,
        "author": FieldName.AUTHOR,
        "tag": FieldName.TAG,
        **dict.fromkeys(("url", "inurl"), FieldName.URL),
        **dict.fromkeys(("lang", "language"), language),
        **dict.fromkeys(("site", "domain_url", "domain"), source),
        "sourcecountry": country_of_source,
        **dict.fromkeys(("sourcetype", "posttype"), "all articles are of one type here"),
        **dict.fromkeys(("engagement", "reach", "sentiment"), "it is not measured here"),
    }

    def mixed(self, place: Lexeme) -> None:
        raise self.error(
            place.start,
            "AND and OR are mixed without brackets: put brackets around what belongs together",
        )

    def joined(self, sign: Sign, operands: list[Expression]) -> Expression | None:
        """Sites side by side are alternatives, as no article is on both."""
        sites = tuple(each for each in operands if _is_site(each))
        if sign is not Sign.AND or len(sites) < 2:
            return super().joined(sign, operands)
        others = [each for each in operands if not _is_site(each)]
        return super().joined(sign, [*others, Or(sites)])


def _is_site(expression: Expression) -> bool:
    return isinstance(expression, Filter) and expression.kind is FilterKind.SOURCE
