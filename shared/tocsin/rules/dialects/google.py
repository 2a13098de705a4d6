"""Google's web and news search, and its alerts.

Words side by side must all be there, and OR (or ``|``) binds tighter than that.
"""

from typing import ClassVar

from tocsin.rules.dialects.reader import Reader, country_of_source, language, source
from tocsin.rules.dialects.scanner import PHRASE, Lexeme, Sign
from tocsin.rules.expression import Expression, FieldName, InField, Near


_DATES = "a rule looks at what comes in from now on, not at dates"
_EVERYTHING_IN = {
    "allintitle": FieldName.TITLE,
    "allintext": FieldName.BODY,
    "allinurl": FieldName.URL,
}
_WORDS_FOR_ASTERISK = 3


class Google(Reader):
    lexicon: ClassVar = (
        (Sign.OPEN, r"\("),
        (Sign.CLOSE, r"\)"),
        (Sign.OR, r"OR(?=[\s(\"“]|$)|\|+"),
        (Sign.AND, r"AND(?=[\s(\"“]|$)|&+(?=\s)"),
        (Sign.NEAR, r"AROUND\s*\(\s*(?P<n>\d+)\s*\)"),
        (Sign.NOT, r"-(?=[^\s-])"),
        (Sign.PLUS, r"\+(?=\S)"),
        (Sign.LOST, r"~\S+|[$€£]?\d+\.\.[$€£]?\d+|\*+(?=\s|$)"),
        (Sign.FIELD, r"(?P<name>[A-Za-z]+):(?!//)(?=\S)"),
        (Sign.PHRASE, PHRASE),
        (Sign.WORD, r"[^\s()\"“”„«»|]+"),
    )
    levels = (Sign.AND, Sign.OR, Sign.NOT, Sign.NEAR)
    fields: ClassVar = {
        "intitle": FieldName.TITLE,
        "intext": FieldName.BODY,
        "inurl": FieldName.URL,
        "site": source,
        "source": source,
        "lang": language,
        "location": country_of_source,
        **dict.fromkeys(("before", "after", "when", "daterange"), _DATES),
        **dict.fromkeys(("filetype", "ext"), "articles have no file type"),
        **dict.fromkeys(("inanchor", "link"), "links to an article are not known"),
        **dict.fromkeys(("related", "cache", "info", "define"), "there is nothing like it here"),
    }

    def mixed(self, place: Lexeme) -> None:
        self.changed(place, "OR binds tighter than the rest in Google, so it stands in brackets")

    def _in_field(self, lexeme: Lexeme) -> Expression | None:
        field = _EVERYTHING_IN.get(lexeme.groups["name"].lower())
        if field is None:
            return super()._in_field(lexeme)
        words = []
        while self.peek().sign in {Sign.WORD, Sign.PHRASE}:
            words.append(self.word(self.take()))
        found = self.joined(Sign.AND, [word for word in words if word is not None])
        return None if found is None else InField(field, found)

    def word(self, lexeme: Lexeme) -> Expression | None:
        """A ``*`` stands for whole words, and only within quotes."""
        text = lexeme.groups.get("text", lexeme.text).replace("?", " ").strip()
        if "*" not in text:
            return self.literal_of(lexeme, text)
        if lexeme.sign is Sign.WORD:
            self.changed(lexeme, "Google has no wildcards within words: '*' is left out")
            return self.literal_of(lexeme, text.replace("*", " "))
        parts = [self.literal_of(lexeme, part) for part in text.split("*") if part.strip()]
        found = [part for part in parts if part is not None]
        if len(found) > 1:
            self.changed(
                lexeme, f"'*' stands for words: at most {_WORDS_FOR_ASTERISK} may lie between"
            )
        return _one_after_another(found)


def _one_after_another(parts: list[Expression]) -> Expression | None:
    if not parts:
        return None
    whole, *others = parts
    for part in others:
        whole = Near(whole, part, _WORDS_FOR_ASTERISK, ordered=True)
    return whole
