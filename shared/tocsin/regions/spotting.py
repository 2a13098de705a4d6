"""Find the names: the longest dictionary match from each word that may begin one."""

import re
from collections.abc import Iterator

from tocsin.regions.entities import Candidate, Entities
from tocsin.regions.mention import Form, Mention
from tocsin.regions.naming import Names
from tocsin.regions.reading import Reading, Word
from tocsin.regions.tables import Tables, Use, WordClass


_LONGEST = 7
_JOINERS = {
    " ",
    "-",
    "'",
    "\N{RIGHT SINGLE QUOTATION MARK}",
    ". ",
    ".",
    "\n",
    "\N{EN DASH}",
    " - ",
    "",
}
# Words of more than three letters that may stand in lower case within a name.
_SMALL = {"sous", "upon", "under", "della", "delle", "dello", "region", "peninsula", "sobre"}
_ARABIC = re.compile(r"[\u0600-\u06ff]")
# Arabic writes "and", "in", "to", "so" and "like" as a letter before the name.
_CLITICS = "\u0648\u0641\u0628\u0644\u0643"
_ARTICLE = "\u0627\u0644"


class Spotter:
    def __init__(self, tables: Tables, entities: Entities, names: Names) -> None:
        self._names = names
        self._abbreviations: dict[str, list[tuple[str, Candidate]]] = {}
        after: dict[str, Candidate] = {}
        for form, (region, only_after) in tables.abbreviations.items():
            number = entities.number(region)
            assert number is not None, f"abbreviation {form!r} of {region!r}, which there is not"
            candidate = entities.candidate(number, Use.NAME)
            after[form] = candidate
            if not only_after:
                first = re.split(r"\W", form, maxsplit=1)[0]
                self._abbreviations.setdefault(first, []).append((form, candidate))
        for forms in self._abbreviations.values():
            forms.sort(key=lambda item: -len(item[0]))
        self._after = after
        listed = "|".join(re.escape(form) for form in sorted(after, key=len, reverse=True))
        self._after_place = re.compile(rf",? ?\(?({listed})(?![^\W_])")

    def spot(self, reading: Reading, *, lower_demonyms: bool) -> list[Mention]:
        """Return the mentions in reading order; none overlap.

        ``lower_demonyms``: the language may write "malien" where English has "Malian".
        """
        found: list[Mention] = []
        index = 0
        words = reading.words
        while index < len(words):
            word = words[index]
            mention = None
            if word.look == "capital":
                mention = self._abbreviation(reading, index) or self._name(reading, index)
            elif word.look == "caseless":
                mention = self._caseless(reading, index)
            elif lower_demonyms and word.look == "lower" and word.classes & WordClass.DEMONYM:
                mention = self._demonym(reading, index)
            if mention is None:
                index += 1
                continue
            found.append(mention)
            index = mention.last
            if mention.form is Form.NAME and (state := self._state(reading, mention)):
                found.append(state)
                index = state.last
        return found

    def _abbreviation(self, reading: Reading, index: int) -> Mention | None:
        start = reading.starts[index]
        for form, candidate in self._abbreviations.get(reading.words[index].raw, ()):
            end = start + len(form)
            if reading.text.startswith(form, start) and not reading.text[end : end + 1].isalnum():
                last = _words_until(reading, index, end)
                return Mention(index, last, start, end, form, Form.ABBREVIATION, (candidate,))
        return None

    def _state(self, reading: Reading, place: Mention) -> Mention | None:
        """Return the "Tex." of "Paris, Tex."."""
        if reading.text[place.end : place.end + 2] not in {", ", " ("}:
            return None
        match = self._after_place.match(reading.text, place.end)
        if match is None:
            return None
        first = place.last
        last = _words_until(reading, first, match.end(1))
        if last == first:
            return None
        candidate = self._after[match[1]]
        start, end = match.span(1)
        return Mention(first, last, start, end, match[1], Form.ABBREVIATION, (candidate,))

    def _name(self, reading: Reading, index: int) -> Mention | None:
        folded = _ahead(reading, index)
        for name, number in reversed(self._names.starting(folded)):
            last = index + name.count(" ")
            if _may_be_name(reading.words, index, last):
                mention = self._mention(reading, index, last, name, number)
                if mention is not None:
                    return mention
        return None

    def _caseless(self, reading: Reading, index: int) -> Mention | None:
        whole = self._name(reading, index)
        if whole is not None or not _ARABIC.match(reading.words[index].raw):
            return whole
        for cut, folded in _without_clitics(reading.words[index].folded):
            ahead = f"{folded} {_ahead(reading, index).partition(' ')[2]}"
            for name, number in reversed(self._names.starting(ahead)):
                last = index + name.count(" ")
                mention = self._mention(reading, index, last, name, number)
                if mention is not None:
                    mention.start += cut
                    return mention
        return None

    def _demonym(self, reading: Reading, index: int) -> Mention | None:
        folded = f"{reading.words[index].folded} "
        for name, number in reversed(self._names.starting(folded)):
            mention = self._mention(reading, index, index + 1, name, number)
            if mention is not None and mention.form is Form.DEMONYM:
                return mention
        return None

    def _mention(
        self, reading: Reading, first: int, last: int, name: str, number: int
    ) -> Mention | None:
        candidates = self._names.candidates(number)
        form = Form.NAME
        if any(c.kind == "phrase" for c in candidates):
            form = Form.PHRASE
        elif any(c.use is Use.DEMONYM for c in candidates):
            # "Malian" is a town in China too; hardly anybody means it.
            if not any(c.kind == "country" and c.use is Use.NAME for c in candidates):
                form = Form.DEMONYM
                candidates = tuple(c for c in candidates if c.use is Use.DEMONYM)
            else:
                candidates = tuple(c for c in candidates if c.use is not Use.DEMONYM)
        if form is Form.DEMONYM and reading.words[first].raw.isupper() and len(name) <= 4:
            return None
        start, end = reading.starts[first], reading.ends[last - 1]
        return Mention(first, last, start, end, name, form, candidates)


def _ahead(reading: Reading, index: int) -> str:
    """Return the key of the words from here on, as far as a name may reach."""
    words = reading.words
    folded = f"{words[index].folded} "
    for following in range(index + 1, min(index + _LONGEST, len(words))):
        if reading.between(following - 1) not in _JOINERS:
            break
        folded += f"{words[following].folded} "
    return folded


def _may_be_name(words: list[Word], first: int, last: int) -> bool:
    """Tell whether the case of the words allows a name of them all: no "Nice people"."""
    if last - first == 1:
        return True
    ending = words[last - 1]
    if ending.look == "lower" and not ending.classes & WordClass.DIVISION:
        return False
    return all(
        word.look != "lower" or len(word.raw) <= 3 or word.folded in _SMALL
        for word in words[first + 1 : last - 1]
    )


def _words_until(reading: Reading, index: int, end: int) -> int:
    while index < len(reading.words) and reading.starts[index] < end:
        index += 1
    return index


def _without_clitics(folded: str) -> Iterator[tuple[int, str]]:
    """Yield (characters cut off, rest) for the ways in which the word may begin with a clitic."""
    for cut in (1, 2):
        if len(folded) - cut >= 3 and all(letter in _CLITICS for letter in folded[:cut]):
            yield cut, folded[cut:]
    # "li" and the article run together: "lil-Sinighal" for "li" and "al-Sinighal".
    double = 2 if folded[:1] == "\u0644" else 3
    if folded[double - 2 : double] == "\u0644\u0644" and len(folded) - double >= 2:
        yield double, f"{_ARTICLE}{folded[double:]}"
