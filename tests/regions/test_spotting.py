"""Names are looked up no further than they may go on, and none is missed by that."""

from hypothesis import given, settings
from hypothesis import strategies as st

from regions.texts import JUMBLES
from rig.examples import examples
from tocsin.adapters.gazetteer.load import load
from tocsin.regions.dictionary import LONGEST, Dictionary, Form
from tocsin.regions.mention import Mention
from tocsin.regions.reading import Reading, Vocabulary, read
from tocsin.regions.spotting import _joined, _looks_like_acronym, _may_be_name, _name


GAZETTEER = load()
DICTIONARY = Dictionary(GAZETTEER.tables, GAZETTEER.entities, GAZETTEER.names)
VOCABULARY = Vocabulary(GAZETTEER.tables.words, DICTIONARY)
LOWER = st.lists(
    st.sampled_from(
        [
            "people",
            "region",
            "of",
            "the",
            "de",
            "du",
            "sur",
            "saint",
            "city",
            "upon",
            "Region",
            "City",
            "army",
            "New",
            "San",
        ]
    )
).map(" ".join)


def by_looking_at_everything(reading: Reading, index: int, *, english: bool) -> Mention | None:
    """Find a name as plainly as it can be done: try every name that the words begin with."""
    names = DICTIONARY.names.starting(_joined(reading, index, LONGEST))
    for name, number in reversed(names):
        last = index + name.count(" ")
        entry = DICTIONARY.entry(number, english=english)
        start, end = reading.starts[index], reading.ends[last - 1]
        possible = last - index == 1 or _may_be_name(reading.words, index, last, entry)
        is_known = bool(entry.candidates) or entry.form is Form.PHRASE
        acronym = entry.form is Form.DEMONYM and _looks_like_acronym(reading.text[start:end])
        if possible and is_known and not acronym:
            return Mention(index, last, start, end, name, entry)
    return None


def what(mention: Mention | None) -> tuple[int, int, str, Form] | None:
    return (mention.start, mention.end, mention.key, mention.form) if mention else None


@settings(max_examples=examples(3), deadline=None)
@given(parts=st.lists(st.one_of(JUMBLES, LOWER), max_size=5), english=st.booleans())
def test_every_name_is_found_that_looking_at_everything_finds(
    parts: list[str],
    english: bool,  # noqa: FBT001 -- hypothesis names it
) -> None:
    reading = read(" ".join(parts), VOCABULARY)

    for index in reading.beginnings:
        found = _name(reading, DICTIONARY, index, english=english)
        assert what(found) == what(by_looking_at_everything(reading, index, english=english))
