import pytest
from pydantic import ValidationError

from tocsin.documents import ListDocument, RuleDocument, rules_that_use
from tocsin.rules import Or, Phrase, SameCase, Term


def test_a_list_stands_for_any_of_its_entries() -> None:
    words = ListDocument(id="jnim", entries=("JNIM", " Jama'at Nasr ", "case:IS"))

    assert words.entries == ("JNIM", "Jama'at Nasr", "case:IS")
    assert words.expression() == Or((Term("JNIM"), Phrase("Jama'at Nasr"), SameCase(Term("IS"))))


@pytest.mark.parametrize("entry", ["", "case:", "*", "…", "at*k"])
def test_an_entry_that_is_no_word_or_phrase_is_refused(entry: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ListDocument(id="jnim", entries=("JNIM", entry))

    assert refused.value.errors()[0]["loc"] == ("entries", 1)


@pytest.mark.parametrize("id_", ["JNIM", "jnim names", "jnim.", ""])
def test_an_id_is_what_can_follow_the_at_sign(id_: str) -> None:
    with pytest.raises(ValidationError):
        ListDocument(id=id_, entries=("JNIM",))


def test_the_rules_that_use_a_list_are_found() -> None:
    queries = ("@jnim AND army", "(@jnim)", "title:@jnim.", "@jnim-names", "@jnim.old", "jnim", "")
    rules = [RuleDocument(id=f"r{n}", name="R", query=query) for n, query in enumerate(queries)]

    assert rules_that_use("jnim", rules) == ("r0", "r1", "r2")
