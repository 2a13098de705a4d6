"""Find the names: the longest dictionary match from each word that may begin one."""

from tocsin.regions.dictionary import DEMONYM, LONGEST, NAME, PHRASE, Dictionary, Entry
from tocsin.regions.mention import Mention
from tocsin.regions.reading import Reading, Word
from tocsin.regions.spelling import without_clitics


_JOINERS = {
    *(" ", "-", "'", "\N{RIGHT SINGLE QUOTATION MARK}", ". ", ".", "\n", "\N{EN DASH}", " - ", ""),
}
_LAST_LATIN = "\u024f"


def spot(reading: Reading, dictionary: Dictionary, language: str) -> list[Mention]:
    """Return the mentions in reading order; none overlap.

    ``language`` is a BCP 47 tag: only an English text is sure to have no "malien" in it.
    """
    found: list[Mention] = []
    words = reading.words
    english = language.startswith("en")
    capital_english = english or language == "und"
    after_last = 0
    for index in reading.beginnings:
        if index < after_last:
            continue
        word = words[index]
        if word.look == "lower":
            mention = None if english else _adjective(reading, dictionary, index)
        elif word.raw[0] <= _LAST_LATIN:
            mention = _capital(reading, dictionary, index, english=capital_english)
        else:
            mention = _other_script(reading, dictionary, index)
        if mention is None:
            continue
        found.append(mention)
        after_last = mention.last
        if mention.entry.form is NAME and (state := _state(reading, dictionary, mention)):
            found.append(state)
            after_last = state.last
    return found


def _capital(
    reading: Reading, dictionary: Dictionary, index: int, *, english: bool
) -> Mention | None:
    if reading.words[index].raw in dictionary.abbreviations:
        short = _abbreviation(reading, dictionary, index)
        if short is not None:
            return short
    return _name(reading, dictionary, index, english=english)


def _adjective(reading: Reading, dictionary: Dictionary, index: int) -> Mention | None:
    """Return a demonym in lower case, also where a country has that name: "la policía argentina"."""
    folded = _ahead(reading, index, reading.words[index].reach)
    for name, number in reversed(dictionary.names.starting(folded)):
        last = index + name.count(" ")
        entry = dictionary.demonym(number)
        if entry is not None:
            return Mention(index, last, reading.starts[index], reading.ends[last - 1], name, entry)
    return None


def _abbreviation(reading: Reading, dictionary: Dictionary, index: int) -> Mention | None:
    start = reading.starts[index]
    for form, entry in dictionary.abbreviations[reading.words[index].raw]:
        end = start + len(form)
        following = reading.text[end : end + 1]
        # "US$" is money.
        if reading.text.startswith(form, start) and not following.isalnum() and following != "$":
            return Mention(index, _words_until(reading, index, end), start, end, form, entry)
    return None


def _state(reading: Reading, dictionary: Dictionary, place: Mention) -> Mention | None:
    """Return the "Tex." of "Paris, Tex."."""
    found = dictionary.state_after(reading.text, place.end)
    if found is None:
        return None
    start, end, entry = found
    last = _words_until(reading, place.last, end)
    if last == place.last:
        return None
    return Mention(place.last, last, start, end, reading.text[start:end], entry)


def _name(reading: Reading, dictionary: Dictionary, index: int, *, english: bool) -> Mention | None:
    word = reading.words[index]
    folded = word.key if word.reach == 1 else _ahead(reading, index, word.reach)
    for name, count, entry in dictionary.starting(folded, english):
        last = index + count
        if count == 1 or _may_be_name(reading.words, index, last, entry):
            start, end = reading.starts[index], reading.ends[last - 1]
            if not (entry.form is DEMONYM and _looks_like_acronym(reading.text[start:end])):
                return Mention(index, last, start, end, name, entry)
    return None


def _other_script(reading: Reading, dictionary: Dictionary, index: int) -> Mention | None:
    whole = _name(reading, dictionary, index, english=False)
    if whole is not None:
        return whole
    rest = _joined(reading, index, LONGEST).partition(" ")[2]
    for cut, folded in without_clitics(reading.words[index].folded):
        for name, number in reversed(dictionary.names.starting(f"{folded} {rest}")):
            last = index + name.count(" ")
            start, end = reading.starts[index] + cut, reading.ends[last - 1]
            return Mention(index, last, start, end, name, dictionary.entry(number, english=False))
    return None


def _ahead(reading: Reading, index: int, reach: int) -> str:
    """Return the key of the words from here on, as far as a name may reach and end."""
    words, text, starts, ends = reading.words, reading.text, reading.starts, reading.ends
    whole = folded = words[index].key
    for following in range(index + 1, min(index + reach, len(words))):
        word = words[following]
        if not word.goes_on or text[ends[following - 1] : starts[following]] not in _JOINERS:
            break
        folded += word.key
        if word.ends:
            whole = folded
        if not word.inner:
            break
    return whole


def _joined(reading: Reading, index: int, reach: int) -> str:
    """Return the key of the words from here on that one name may hold, whatever their case."""
    words, between = reading.words, reading.between
    folded = words[index].key
    for following in range(index + 1, min(index + reach, len(words))):
        if between(following - 1) not in _JOINERS:
            break
        folded += words[following].key
    return folded


def _may_be_name(words: list[Word], first: int, last: int, entry: Entry) -> bool:
    """Tell whether the case of the words allows a name of them all: no "Nice people"."""
    ending = words[last - 1]
    if not ending.last:
        ends = ending.ends_phrase if entry.form is PHRASE else ending.ends_name and entry.known
        if not ends:
            return False
    return all(word.inner for word in words[first + 1 : last - 1])


def _looks_like_acronym(written: str) -> bool:
    return len(written) <= 3 and written.isupper()


def _words_until(reading: Reading, index: int, end: int) -> int:
    while index < len(reading.words) and reading.starts[index] < end:
        index += 1
    return index
