"""Is this name a place here? The evidence, each piece by its name, from the words around it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from tocsin.regions.dictionary import DEMONYM, PHRASE
from tocsin.regions.linking import lies_in
from tocsin.regions.mention import Mention
from tocsin.regions.reading import COMMON, GIVEN, Reading, Word
from tocsin.regions.tables import WordClass


_LAST_LATIN = "\u024f"
_GIVEN_BEFORE = 2_900

# SCOWL's size up to which nearly all words are there for grammar.
_FUNCTION = 10

_LIST = re.compile(r", (?:and |or |et |y |e |\u0438 )?| (?:and|or|et|y|e|\u0438) |\u3001")
_LIST_MOST = 6  # characters
_SENTENCE_END = re.compile(r"[.!?:\"\u201c\u201d\n\u2022]\W*$")
# Numbers: an enumeration's members take ten times as long to look up.
_DIVISION = int(WordClass.DIVISION)
_FIRM = int(WordClass.FIRM)
_COMPASS = int(WordClass.COMPASS)
_PREPOSITION = int(WordClass.PREPOSITION)
_OF = int(WordClass.OF)
_TONGUE = int(WordClass.TONGUE)
_GENERIC = int(WordClass.GENERIC)
_TITLE = int(WordClass.TITLE)
_KIN = int(WordClass.KIN)
_ORGANISATION_OF = int(WordClass.ORGANISATION_OF)
_SPEECH = int(WordClass.SPEECH)
_INSTITUTION = int(WordClass.INSTITUTION)
_NAMED_FOR = int(WordClass.DIVISION | WordClass.FIRM | WordClass.ORGANISATION)
# Words that begin a sentence, or say more of where it is, are no part of a person's name.
_NO_NAME = int(WordClass.COMPASS | WordClass.PREPOSITION | WordClass.OF)
_ARTICLES = {"la", "las", "le", "les", "el", "los", "al", "o", "a", "os", "as"}
_DASHES = {"-", "\N{EN DASH}"}
# What stands between two words of one sentence; nothing in Chinese.
_SPACES = {" ", "\n", ""}
_APOSTROPHES = {"'", "\N{RIGHT SINGLE QUOTATION MARK}"}


def gather(reading: Reading, mentions: Sequence[Mention]) -> None:
    """Fill in the evidence of each mention; what other mentions vote for is not in it yet.

    The mentions are linked already, and the dateline marked.
    """
    covered = {
        index
        for mention in mentions
        if _stands_alone(reading, mention)
        for index in range(mention.first, mention.last)
    }
    persons = _persons(reading, mentions)
    listed = [False, *[_in_list(reading, *pair) for pair in pairwise(mentions)], False]
    for number, mention in enumerate(mentions):
        if mention.entry.form is PHRASE:
            continue
        before = mentions[number - 1] if number else None
        after = mentions[number + 1] if number + 1 < len(mentions) else None
        shouted = reading.shouts(mention.start)
        _spelling(reading, mention, shouted=shouted)
        if mention.entry.form is DEMONYM and _is_tongue(reading, mention, before):
            mention.evidence["language"] = 1.0
        if shouted:
            mention.evidence["shouted"] = 1.0
        else:
            _before(reading, mention, covered)
            _after(reading, mention, covered)
            if persons:
                _person_elsewhere(reading, mention, persons)
        _among_mentions(
            mention, before if listed[number] else None, after if listed[number + 1] else None
        )


def _is_tongue(reading: Reading, mention: Mention, before: Mention | None) -> bool:
    """Tell whether a demonym is a language here: "speaks French", "fluent in French and Wolof"."""
    index = mention.first - 1
    if index > 0 and reading.words[index].folded in {"in", "into"}:
        index -= 1
    if index >= 0 and reading.words[index].classes & _TONGUE:
        return True
    if before is None or "language" not in before.evidence:
        return False
    return bool(_LIST.fullmatch(reading.text, before.end, mention.start))


def _stands_alone(reading: Reading, mention: Mention) -> bool:
    """Tell whether the name is no part of a longer one that begins before or goes on after it.

    A word that is a person's name too may be: the Smith of "Chad Smith" is a village somewhere.
    """
    word = reading.words[mention.first]
    single = mention.last - mention.first == 1
    return mention.entry.known or not (single and (word.surname or word.given))


def _spelling(reading: Reading, mention: Mention, *, shouted: bool) -> None:
    first = reading.words[mention.first]
    evidence, known = mention.evidence, mention.entry.known
    single = mention.last - mention.first == 1
    if single:
        evidence.update(first.facts)
        if first.look == "caseless" and first.size and known:
            evidence["everyday word"] = 1.0
    else:
        evidence["several words"] = 1.0
    if not known:
        if first.classes & _GENERIC if single else _all_generic(reading, mention):
            evidence["generic"] = 1.0
        if first.look == "caseless":
            evidence["script without case"] = 1.0
    if single and not shouted:
        if not known and 1 < len(first.raw) <= 5 and first.raw.isupper():
            evidence["capitals"] = 1.0
        if 0 < first.size <= COMMON and _begins_sentence(reading, mention.start):
            evidence["sentence begins with a common word"] = 1.0


def _all_generic(reading: Reading, mention: Mention) -> bool:
    """Tell whether several words all name anything: "Central Park", "La Victoria"."""
    words = reading.words[mention.first : mention.last]
    if words[0].folded in _ARTICLES:
        words = words[1:]
    return all(word.classes & _GENERIC for word in words)


def _begins_sentence(reading: Reading, position: int) -> bool:
    before = reading.text[max(0, position - 3) : position].lstrip()
    return not before or bool(_SENTENCE_END.search(reading.text[max(0, position - 3) : position]))


def _before(reading: Reading, mention: Mention, covered: set[int]) -> None:
    index = mention.first - 1
    if index < 0:
        return
    word, between = reading.words[index], reading.between(index)
    evidence = mention.evidence
    titled = bool(word.classes & _TITLE)
    initial = len(word.raw) == 1
    if between in _DASHES:
        if word.capital and index not in covered:
            evidence["unknown name before"] = 1.0
        return
    if between not in _SPACES and not (between == ". " and (titled or initial)):
        return
    _place_before(reading, mention, index)
    if titled:
        if not _governed(reading, mention):
            evidence["title before"] = 1.0
    elif word.classes & _KIN and word.look == "lower":
        evidence["kin before"] = 1.0
    elif word.capital and not word.ordinary and not word.classes & _NO_NAME:
        _name_before(mention, word, initial=initial and between == ". ", known=index in covered)


def _governed(reading: Reading, mention: Mention) -> bool:
    """Tell whether a title before the name is that of the country: "le président malien", "президент Мали".

    French and its sisters put the adjective behind, Russian and Arabic the country.
    """
    if mention.entry.form is DEMONYM:
        return reading.words[mention.first].look != "capital"
    return mention.entry.known and reading.words[mention.first].raw[0] > _LAST_LATIN


def _place_before(reading: Reading, mention: Mention, index: int) -> None:
    """Note the words before a name that make it a place: "in", "northern", "University of"."""
    word = reading.words[index]
    if not word.classes and word.folded != "the":
        return
    earlier = reading.words[index - 1] if index else None
    evidence = mention.evidence
    if word.classes & _PREPOSITION:
        evidence["preposition before"] = 1.0
    elif word.folded == "the" and earlier and earlier.classes & _PREPOSITION:
        evidence["preposition before"] = 0.7
    if word.classes & _COMPASS:
        evidence["direction before"] = 1.0
    if word.classes & _DIVISION and not word.capital:
        evidence["kind of place beside"] = 1.0
    if word.classes & _OF:
        evidence["of before"] = 1.0
        if earlier and earlier.classes & _ORGANISATION_OF:
            evidence["organisation before"] = 1.0
        elif earlier and earlier.classes & _DIVISION:
            evidence["kind of place beside"] = 1.0


def _name_before(mention: Mention, word: Word, *, initial: bool, known: bool) -> None:
    if initial:
        mention.evidence["initial before"] = 1.0
    elif known:
        return
    elif 0 < word.given <= _GIVEN_BEFORE:
        mention.evidence["given name before"] = 1.0
    elif len(word.raw) > 1:
        mention.evidence["unknown name before"] = 1.0


def _after(reading: Reading, mention: Mention, covered: set[int]) -> None:
    index = mention.last
    if index >= len(reading.words):
        return
    word, between = reading.words[index], reading.between(index - 1)
    evidence = mention.evidence
    if between in _APOSTROPHES and word.raw == "s":
        evidence["possessive"] = 1.0
    if between not in _SPACES:
        return
    if mention.last - mention.first == 1 and _listed_with_common(reading, mention):
        evidence["listed with a common word"] = 1.0
    if word.classes & _NAMED_FOR or not word.capital:
        if word.classes:
            evidence.update(_kind_after(word))
    elif index not in covered and mention.entry.form is not DEMONYM:
        _name_after(mention, word)


def _listed_with_common(reading: Reading, mention: Mention) -> bool:
    """Tell whether a name that is an everyday word too is enumerated with another: "turkey and ham were"."""
    first, index = reading.words[mention.first], mention.last
    if not 0 < first.size <= COMMON or index + 2 >= len(reading.words):
        return False
    joiner, word, following = reading.words[index : index + 3]
    return (
        joiner.raw in {"and", "or"}
        and reading.between(index) == " "
        and word.look == "lower"
        and word.size > _FUNCTION
        and not word.classes
        and 0 < following.size <= _FUNCTION
    )


def _kind_after(word: Word) -> dict[str, float]:
    """Return what the kind of thing named after a place says: "Kayes region", "Kayes airport"."""
    classes = word.classes
    if classes & _DIVISION:
        return {"kind of place beside": 1.0}
    if not word.capital:
        if classes & _SPEECH:
            return {"speaks": 1.0}
        return {"institution after": 1.0} if classes & _INSTITUTION else {}
    return {"firm after": 1.0} if classes & _FIRM else {"organisation after": 1.0}


def _name_after(mention: Mention, word: Word) -> None:
    evidence = mention.evidence
    if word.surname:
        evidence["surname after"] = 1.0
    elif not word.size:
        evidence["strange name after"] = 1.0
    elif not word.ordinary:
        evidence["unknown name after"] = 1.0
    if "is a given name" in evidence and (word.surname or not word.size):
        evidence["given name and surname"] = 1.0


def _among_mentions(mention: Mention, *listed: Mention | None) -> None:
    """Note what other names say; ``listed`` are those beside it that it is enumerated with."""
    evidence = mention.evidence
    if _lies_in(mention, mention.inside) or _lies_in(mention, mention.wider):
        evidence["says where"] = 1.0
    if mention.holds is not None and lies_in(mention.holds, mention):
        evidence["says where another is"] = 1.0
    beside = [other.form for other in listed if other is not None]
    if PHRASE in beside:
        evidence["listed with no place"] = 1.0
    elif beside:
        evidence["in a list"] = 1.0
    if mention.dateline:
        evidence["dateline"] = 1.0


def _lies_in(mention: Mention, around: Mention | None) -> bool:
    return around is not None and lies_in(mention, around)


def _in_list(reading: Reading, one: Mention, other: Mention) -> bool:
    """Tell whether two names are enumerated, and not as first names: "Hassan and Ali"."""
    if other.start - one.end > _LIST_MOST or not _LIST.fullmatch(
        reading.text, one.end, other.start
    ):
        return False
    return not (_may_be_given(reading, one) and _may_be_given(reading, other))


def _may_be_given(reading: Reading, mention: Mention) -> bool:
    single = mention.last - mention.first == 1 and not mention.entry.known
    return single and 0 < reading.words[mention.first].given <= GIVEN


def _persons(reading: Reading, mentions: Sequence[Mention]) -> set[str]:
    """Return the folded words that somewhere in the text are a person's surname."""
    countries = {m.first for m in mentions if "country" in m.entry.facts}
    words = reading.words
    found: set[str] = set()
    # Only what might be taken for a place is of interest.
    for index in reading.beginnings:
        word = words[index]
        if index and word.capital and len(word.raw) > 2:
            before = words[index - 1]
            if index in countries and word.raw[0] > _LAST_LATIN:
                continue
            if before.capital and _is_named(
                reading, index, before, before_is_country=index - 1 in countries
            ):
                found.add(word.folded)
    return found


def _is_named(reading: Reading, index: int, before: Word, *, before_is_country: bool) -> bool:
    """Tell whether the word before makes this one a surname: "Col. Kita", "Aisha Kita"."""
    between = reading.between(index - 1)
    titled = bool(before.classes & _TITLE)
    if between == ". ":
        initial = len(before.raw) == 1 and index > 1 and reading.words[index - 2].capital
        return titled or initial
    given = 0 < before.given <= GIVEN and not before_is_country
    return between in _SPACES and (titled or given)


def _person_elsewhere(reading: Reading, mention: Mention, persons: set[str]) -> None:
    if (
        mention.last - mention.first == 1
        and reading.words[mention.first].folded in persons
        and not mention.evidence.keys() & {"preposition before", "says where"}
    ):
        mention.evidence["person elsewhere"] = 1.0
