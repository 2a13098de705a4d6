import pytest

from tocsin.errors import RuleSyntaxError
from tocsin.rules import Or, Phrase, SameCase, Term, Wildcard
from tocsin.rules.lists import alternatives


def test_a_list_stands_for_any_of_its_entries() -> None:
    entries = ["JNIM", "  armed group ", '"Nusrat al-Islam"', "attack*", "", "case:WHO"]

    assert alternatives(entries) == Or(
        (
            Term("JNIM"),
            Phrase("armed group"),
            Phrase("Nusrat al-Islam"),
            Wildcard("attack*"),
            SameCase(Term("WHO")),
        )
    )


def test_a_list_of_one_is_that_one() -> None:
    assert alternatives(["JNIM"]) == Term("JNIM")


@pytest.mark.parametrize("entry", ["*army", "ar*", "case:(WHO OR UN)", "🔥", "the"])
def test_an_entry_that_is_no_word_or_phrase_is_refused(entry: str) -> None:
    with pytest.raises(RuleSyntaxError):
        alternatives(["JNIM", entry])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one entry"):
        alternatives(["", "  "])
