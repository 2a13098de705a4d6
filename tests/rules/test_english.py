import pytest
from hypothesis import given

from strategies import rules
from tocsin.rules import Level, RegionFilter, Rule, describe, in_english, parse


NAMES = {"area:sahel": "the Sahel", "country:ML": "Mali", "country:BF": "Burkina Faso"}


@pytest.mark.parametrize(
    ("query", "english"),
    [
        ("JNIM", "mentions JNIM"),
        ('JNIM OR GSIM OR "armed group"', "mentions JNIM, GSIM or “armed group”"),
        (
            "(JNIM OR GSIM) AND region:(Mali OR Sahel)",
            "mentions JNIM or GSIM and is in Mali or Sahel",
        ),
        ("JNIM NOT title:football", "mentions JNIM, unless it has football in its title"),
        ("attack*", "mentions words that begin with attack"),
        ("wom?n", "mentions words such as wom?n"),
        (
            "(attack OR ambush) NEAR/12 army",
            "mentions (attack or ambush) and army with at most 12 words between",
        ),
        ("army ONEAR/1 Mali", "mentions army followed by Mali with at most 1 word between"),
        ("army SENTENCE Mali", "mentions army and Mali in one sentence"),
        ("first50(JNIM)", "has JNIM in its first 50 words"),
        ("atleast3(JNIM)", "mentions JNIM at least 3 times"),
        ("case:WHO", "mentions WHO (in this case)"),
        ("exact:Año", "mentions Año (with these accents)"),
        ("about:Mali", "is about Mali"),
        ("author:Dembélé", "is by Dembélé"),
        ("tag:war", "is tagged war"),
        ("url:mali", "has mali in its address"),
        ("lang:fr source:rfi.fr", "is written in fr and comes from rfi.fr"),
        ("sourcecountry:FR", "comes from a source in FR"),
        ("@names^9", "mentions anything on the list names (shown first)"),
        ("army region:Mali lang:fr", "mentions army, is in Mali, and is written in fr"),
        ("army OR (convoy region:Mali)", "(mentions army or (mentions convoy and is in Mali))"),
    ],
)
def test_a_query_is_said_in_english(query: str, english: str) -> None:
    assert describe(parse(query)) == english


def test_a_rule_with_its_filters_is_one_sentence() -> None:
    rule = Rule(
        id="sahel",
        name="JNIM in the Sahel",
        expression=parse("JNIM NOT football"),
        regions=RegionFilter(any=("area:sahel", "country:BF"), except_=("country:ML",)),
        languages=("en", "fr"),
    )

    assert in_english(rule, NAMES.__getitem__) == (
        "An article matches if it mentions JNIM, is in the Sahel or Burkina Faso, "
        "and is written in en or fr, unless it mentions football or is in Mali."
    )


def test_regions_alone_are_a_rule() -> None:
    rule = Rule(
        id="sahel", name="Sahel", regions=RegionFilter(all=("area:sahel",), level=Level.ABOUT)
    )

    assert in_english(rule, NAMES.__getitem__) == "An article matches if it is about the Sahel."


@given(rules().filter(lambda rule: rule.expression or rule.regions or rule.languages))
def test_every_rule_can_be_said(rule: Rule) -> None:
    said = in_english(rule, str)

    assert said.startswith("An article matches if it ")
