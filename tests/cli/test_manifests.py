"""Files of rules, channels and so on: read, checked, compared, written. Pure."""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tocsin.documents import (
    ChannelDocument,
    ListDocument,
    RegionCondition,
    RegionDocument,
    RuleDocument,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.errors import InvalidDocumentError, RuleSyntaxError, UnknownRegionError
from tocsin_cli.manifests import (
    Change,
    Difference,
    Kind,
    ManifestError,
    State,
    check,
    plan,
    read,
    write,
)


RULES = """\
rules:
  - id: sahel
    name: JNIM in the Sahel
    query: |
      (JNIM OR GSIM)
      AND attack*
    regions:
      any: [area:sahel]
  - id: mali
    name: Mali
    query: Mali
"""


EMPTY = State()
BOB = "subscribers: [{id: bob, name: Bob}]\n"
NO_BOOLEAN = "input should be a valid boolean, unable to interpret input"


def anything_goes(rule: RuleDocument) -> None: ...


@dataclass(frozen=True, slots=True)
class By:
    """Checks rules by a function, and takes every region."""

    check_rule: Callable[[RuleDocument], None] = anything_goes

    def knowing(self, regions: Sequence[RegionDocument], lists: Sequence[ListDocument]) -> "By":
        return self

    def rule(self, rule: RuleDocument) -> None:
        self.check_rule(rule)

    def region(self, region: RegionDocument) -> RegionDocument:
        return region


def state(*documents: Any) -> State:
    kinds = {kind.model: kind for kind in Kind}
    found: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
    for document in documents:
        found[kinds[type(document)]][document.id] = document
    return State(found)


def loaded(text: str, current: State = EMPTY, env: Mapping[str, str] | None = None) -> State:
    return check(read(text, "rules.yaml", env or {}).drafts, current, By())


def problems(text: str, current: State = EMPTY, check_rule: Any = anything_goes) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        check(read(text, "rules.yaml", {}).drafts, current, By(check_rule))
    return [str(problem) for problem in caught.value.problems]


ANN = SubscriberDocument(id="ann", name="Ann")
MAIL = ChannelDocument(id="mail", subscriber="ann", name="m", url=SecretStr("mailto:ann@ex.org"))
SAHEL = RuleDocument(id="sahel", name="Sahel", query="JNIM", version=7)
TOLD = SubscriptionDocument(id="told", rule="sahel", subscriber="ann")


def test_a_file_is_read_into_documents() -> None:
    rules = loaded(RULES).of(Kind.RULE)

    assert rules["sahel"] == RuleDocument(
        id="sahel",
        name="JNIM in the Sahel",
        query="(JNIM OR GSIM)\nAND attack*\n",
        regions=RegionCondition(any=("area:sahel",)),
    )
    assert list(rules) == ["sahel", "mali"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "rules:\n", "rules: []\n"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    assert plan(state(SAHEL), loaded(text)) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", "rules.yaml:1: no YAML: expected the node content, but found '<stream end>'"),
        ("rules:\n\t- id: a", "rules.yaml:2: no YAML: found character '\\t' that cannot start any"),
        ("- a", "rules.yaml:1: expected a list under each of regions, lists, rules,"),
        (
            "\nrule:\n  - id: a",
            "rules.yaml:3: there is no section 'rule': use regions, lists, rules,",
        ),
        ("rules:\n  id: a", "rules.yaml:2: expected a list of rules, each item after a '- '"),
        ("rules:\n  - just words", "rules.yaml:2: expected a rule as name: value"),
        ("rules: []\nrules: []", "rules.yaml:2: 'rules' stands here twice"),
        ("rules:\n  - id: a\n    id: b", "rules.yaml:3: 'id' stands here twice"),
        ("rules: &r\n  - id: a\n    name: *r", "rules.yaml:2: is nested too deeply"),
        ("channels:\n  - url: !env MISSING", "rules.yaml:2: the environment variable MISSING is"),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_line(text: str, said: str) -> None:
    (problem,) = problems(text)

    assert problem.startswith(said)


def test_a_wrong_field_is_named_with_its_line() -> None:
    text = "rules:\n  - id: a\n    name: x\n    qery: JNIM\n    enabled: perhaps\n"

    assert problems(text) == [
        "rules.yaml:4: rule 'a', qery: extra inputs are not permitted",
        f"rules.yaml:5: rule 'a', enabled: {NO_BOOLEAN}",
    ]


def test_a_missing_field_is_named_with_the_line_of_its_document() -> None:
    assert problems("rules:\n\n  - name: x\n") == ["rules.yaml:3: rule, id: field required"]


def test_all_problems_of_all_documents_come_at_once() -> None:
    text = "rules:\n  - id: A\n    name: x\nsources:\n  - id: s\n    name: x\n    url: ftp://x\n"

    assert [problem.split(": ")[0] for problem in problems(text)] == [
        "rules.yaml:2",
        "rules.yaml:7",
    ]


def test_one_id_twice_is_refused() -> None:
    text = "rules:\n  - {id: a, name: x}\n  - {id: a, name: y}\n"

    assert problems(text) == ["rules.yaml:3: rule 'a', id: is also the id at rules.yaml:2"]


def test_a_query_that_cannot_be_read_is_shown_with_its_place() -> None:
    def refuse(rule: RuleDocument) -> None:
        raise RuleSyntaxError(rule.query, 5, "expected a word")

    text = "rules:\n  - id: a\n    name: x\n    query: JNIM AND\n"
    with pytest.raises(ManifestError) as caught:
        check(read(text, "f", {}).drafts, State(), By(refuse))

    (problem,) = caught.value.problems
    assert str(problem) == "f:4: rule 'a', query: expected a word at column 6"
    assert problem.excerpt == ("JNIM AND", 5)


def test_an_unknown_region_is_shown_at_its_line() -> None:
    def refuse(rule: RuleDocument) -> None:
        raise UnknownRegionError("Sahell", ("Sahel",))

    text = (
        "rules:\n  - id: a\n    name: x\n    regions:\n      any:\n        - ML\n        - Sahell\n"
    )

    assert problems(text, check_rule=refuse) == [
        "rules.yaml:7: rule 'a', regions.any[1]: no region is called 'Sahell'; similar: Sahel"
    ]


def test_a_refused_document_is_shown_at_the_line_of_its_field() -> None:
    def refuse(rule: RuleDocument) -> None:
        raise InvalidDocumentError("/languages/1", "is no language")

    text = "rules:\n  - id: a\n    name: x\n    languages: [en,\n      xx]\n"

    assert problems(text, check_rule=refuse) == [
        "rules.yaml:5: rule 'a', languages[1]: is no language"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "channels: [{id: c, subscriber: bob, name: x, url: 'mailto:a@b.org'}]",
            "there is no subscriber 'bob'",
        ),
        ("subscriptions: [{id: s, rule: nope, subscriber: ann}]", "there is no rule 'nope'"),
        (
            "subscriptions: [{id: s, rule: sahel, subscriber: ann, channels: [nope]}]",
            "there is no channel 'nope'",
        ),
        (
            BOB + "subscriptions: [{id: s, rule: sahel, subscriber: bob, channels: [mail]}]",
            "channel 'mail' is 'ann''s, not 'bob''s",
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(text: str, said: str) -> None:
    (problem,) = problems(text, state(SAHEL, ANN, MAIL))

    assert problem.endswith(said)


def test_what_is_pruned_cannot_be_referred_to() -> None:
    text = "rules: []\nsubscriptions: [{id: s, rule: sahel, subscriber: ann}]"
    drafts = read(text, "f", {}).drafts

    with pytest.raises(ManifestError, match="there is no rule 'sahel'"):
        check(drafts, state(SAHEL, ANN), By(), prune=[Kind.RULE])


def test_a_secret_may_come_from_the_environment() -> None:
    text = "channels: [{id: mail, subscriber: ann, name: m, url: !env HOOK}]"

    channel = loaded(text, state(ANN), {"HOOK": "mailto:ann@ex.org"}).channels()["mail"]

    assert channel == MAIL


def test_a_masked_channel_keeps_its_url() -> None:
    text = "channels: [{id: mail, subscriber: ann, name: new, url: '**********'}]"

    (change,) = plan(state(ANN, MAIL), loaded(text, state(ANN, MAIL)))

    assert change.differences() == [Difference("name", "m", "new")]


def test_a_masked_channel_that_nobody_knows_is_refused() -> None:
    text = "channels: [{id: mail, subscriber: ann, name: new, url: '**********'}]"

    assert problems(text, state(ANN)) == [
        "rules.yaml:1: channel 'mail', url: is masked, and the store has no such channel: write it"
    ]


def test_no_message_repeats_a_secret() -> None:
    text = "channels: [{id: mail, subscriber: ann, name: n, url: 'nonsense://s3cret'}]"

    assert "s3cret" not in "".join(problems(text, state(ANN)))


def test_what_stands_already_changes_nothing() -> None:
    assert plan(state(SAHEL), state(SAHEL.model_copy(update={"version": 0}))) == ()


def test_new_ones_come_before_those_that_name_them_and_go_in_reverse() -> None:
    everything = state(TOLD, MAIL, ANN, SAHEL)

    made = [change.kind for change in plan(State(), everything)]
    gone = [change.kind for change in plan(everything, State(), prune=tuple(Kind))]

    assert made == [Kind.RULE, Kind.SUBSCRIBER, Kind.CHANNEL, Kind.SUBSCRIPTION]
    assert gone == made[::-1]


def test_a_section_that_is_empty_counts_as_one() -> None:
    assert read("rules: []\nsources:\n", "f", {}).sections == {Kind.RULE, Kind.SOURCE}


def test_nothing_is_deleted_unless_pruned() -> None:
    assert plan(state(SAHEL, ANN), State()) == ()
    assert plan(state(SAHEL, ANN), State(), prune=[Kind.RULE]) == (Change(Kind.RULE, SAHEL, None),)


def test_whoever_goes_takes_along_what_is_theirs_and_it_is_shown() -> None:
    changes = plan(state(ANN, MAIL, TOLD, SAHEL), State(), prune=[Kind.SUBSCRIBER])

    assert [change.id for change in changes] == ["told", "mail", "ann"]


def test_a_change_shows_what_was_and_what_will_be() -> None:
    after = SAHEL.model_copy(
        update={"query": "GSIM", "enabled": False, "regions": RegionCondition(any=("ML", "NE"))}
    )

    (change,) = plan(state(SAHEL), state(after))

    assert change.differences() == [
        Difference("query", "JNIM", "GSIM"),
        Difference("enabled", "yes", "no"),
        Difference("regions.any", None, "ML, NE"),
        Difference("regions.all", None, "(none)"),
        Difference("regions.except", None, "(none)"),
        Difference("regions.level", None, "mention"),
        Difference("regions.min_probability", None, "0.5"),
        Difference("regions.include_descendants", None, "yes"),
        Difference("regions.explicit_only", None, "no"),
    ]


def test_a_changed_secret_is_seen_but_not_shown() -> None:
    after = MAIL.model_copy(update={"url": SecretStr("mailto:bob@ex.org")})

    (change,) = plan(state(MAIL), state(after))

    assert change.differences() == [Difference("url", "(secret)", "(secret)")]


def test_an_export_masks_secrets_unless_they_are_asked_for() -> None:
    assert "ann@ex.org" not in write(state(ANN, MAIL))
    assert "ann@ex.org" in write(state(ANN, MAIL), secrets=True)


def test_an_export_leaves_out_what_goes_without_saying() -> None:
    assert write(state(SAHEL)) == "rules:\n- id: sahel\n  name: Sahel\n  query: JNIM\n"


def test_of_nothing_there_is_nothing_to_export() -> None:
    assert write(State()) == ""


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t:#'\"-"),
    max_size=40,
)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    | st.sampled_from(":#'\"-"),
    max_size=40,
).filter(lambda text: text.strip())
IDS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
RULE_DOCUMENTS = st.builds(
    partial(RuleDocument, version=0),
    id=IDS,
    name=NAMES,
    query=WORDS,
    languages=st.lists(st.sampled_from(["en", "no", "fr"])).map(tuple),
    enabled=st.booleans(),
    regions=st.none()
    | st.builds(RegionCondition, any=st.lists(NAMES).map(tuple), explicit_only=st.booleans()),
)


@given(st.lists(RULE_DOCUMENTS))
def test_what_was_exported_changes_nothing_when_it_is_applied(rules: list[RuleDocument]) -> None:
    standing = state(*rules, ANN, MAIL, TOLD)
    if "sahel" not in standing.of(Kind.RULE):
        standing = standing.joined(state(SAHEL))

    again = loaded(write(standing), standing)

    assert plan(standing, again, prune=tuple(Kind)) == ()
