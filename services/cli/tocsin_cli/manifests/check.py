"""From drafts to documents, or all that is wrong with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from tocsin.documents import (
    ChannelDocument,
    ListDocument,
    RegionDocument,
    RuleDocument,
    SubscriptionDocument,
)
from tocsin.documents.channel_url import MASK
from tocsin.documents.subscriber import STORED
from tocsin.errors import (
    AmbiguousRegionError,
    InvalidDocumentError,
    RuleSyntaxError,
    UnknownRegionError,
)
from tocsin_cli.manifests.kind import AnyDocument, Kind, State
from tocsin_cli.manifests.problem import ManifestError, Problem
from tocsin_cli.manifests.read import Draft, Path


class Checks(Protocol):
    """What only the gazetteer, or what else stands, can tell of a document."""

    def knowing(self, regions: Sequence[RegionDocument], lists: Sequence[ListDocument]) -> "Checks":
        """Return checks that know these regions of the subscribers' and these lists, and no others."""
        ...

    def rule(self, rule: RuleDocument) -> object:
        """Raise what ``compile_rule`` does."""
        ...

    def region(self, region: RegionDocument) -> RegionDocument:
        """Return the region with its parent's id; raise what ``checked_region`` does."""
        ...


@dataclass(frozen=True, slots=True)
class _Checked:
    draft: Draft
    document: AnyDocument


def check(
    drafts: Sequence[Draft], current: State, checks: Checks, *, prune: Collection[Kind] = ()
) -> State:
    """Return the documents of the drafts.

    A channel whose URL is the mask keeps the URL that it has. What is pruned cannot be
    referred to.

    Raises:
        ManifestError: with every problem there is, in the order of the files.
    """
    problems: list[Problem] = list(_twice(drafts))
    checked: list[_Checked] = []
    for draft in drafts:
        try:
            checked.append(_Checked(draft, _document(draft, current, checks)))
        except ManifestError as error:
            problems += error.problems
    desired = _state(checked)
    state = current.pruned(desired, prune).joined(desired)
    knowing = checks.knowing(state.regions(), state.lists())
    for each in checked:
        problems += _rule_problems(each, knowing)
    if not problems:  # else a reference may only seem to lead nowhere
        problems += _dangling(checked, state)
    if problems:
        raise ManifestError(sorted(problems, key=lambda each: (each.file, each.line)))
    return desired


def _document(draft: Draft, current: State, checks: Checks) -> AnyDocument:
    values = dict(draft.values)
    context = None
    if draft.kind is Kind.CHANNEL and values.get("url") == MASK:
        known = current.channels().get(draft.id)
        if known is None:
            raise ManifestError(
                [draft.problem(("url",), "is masked, and the store has no such channel: write it")]
            )
        values["url"] = known.url
        context = STORED
    try:
        document = draft.kind.model.model_validate(values, context=context)
        return checks.region(document) if isinstance(document, RegionDocument) else document
    except InvalidDocumentError as error:
        raise ManifestError([draft.problem(_pointer(error.field), error.problem)]) from None
    except ValidationError as error:
        raise ManifestError(
            [
                draft.problem(details["loc"], _said(details["msg"]))
                for details in error.errors(include_url=False, include_input=False)
            ]
        ) from None  # its text may hold a secret


def _twice(drafts: Sequence[Draft]) -> Iterator[Problem]:
    first: dict[tuple[Kind, str], Draft] = {}
    for draft in drafts:
        other = first.setdefault((draft.kind, draft.id), draft)
        if other is not draft and draft.id:
            yield draft.problem(("id",), f"is also the id at {other.file}:{other.line(('id',))}")


def _rule_problems(checked: _Checked, checks: Checks) -> Iterator[Problem]:
    draft, document = checked.draft, checked.document
    if not isinstance(document, RuleDocument):
        return
    try:
        checks.rule(document)
    except RuleSyntaxError as error:
        excerpt = (error.text, error.position)
        yield draft.problem(("query",), str(error), excerpt)
    except (UnknownRegionError, AmbiguousRegionError) as error:
        yield draft.problem(_named(document, error.name), str(error))
    except InvalidDocumentError as error:
        yield draft.problem(_pointer(error.field), error.problem)


def _named(document: RuleDocument, name: str) -> Path:
    """Return where a rule names a region."""
    if document.regions is not None:
        for field, names in (
            ("any", document.regions.any),
            ("all", document.regions.all),
            ("except", document.regions.except_),
        ):
            if name in names:
                return ("regions", field, names.index(name))
    return ("query",)


def _dangling(checked: Sequence[_Checked], state: State) -> Iterator[Problem]:
    for each in checked:
        match each.document:
            case ChannelDocument(subscriber=subscriber):
                yield from _missing(each, state, Kind.SUBSCRIBER, subscriber, ("subscriber",))
            case SubscriptionDocument() as subscription:
                yield from _missing(each, state, Kind.RULE, subscription.rule, ("rule",))
                yield from _missing(
                    each, state, Kind.SUBSCRIBER, subscription.subscriber, ("subscriber",)
                )
                for index, name in enumerate(subscription.channels):
                    path = ("channels", index)
                    yield from _missing(each, state, Kind.CHANNEL, name, path)
                    channel = state.channels().get(name)
                    if channel and channel.subscriber != subscription.subscriber:
                        whose = f"is {channel.subscriber!r}'s, not {subscription.subscriber!r}'s"
                        yield each.draft.problem(path, f"channel {name!r} {whose}")
            case _:
                pass


def _missing(
    checked: _Checked, state: State, kind: Kind, name: str, path: Path
) -> Iterator[Problem]:
    if name not in state.of(kind):
        yield checked.draft.problem(path, f"there is no {kind.singular} {name!r}")


def _state(checked: Sequence[_Checked]) -> State:
    documents: Mapping[Kind, dict[str, AnyDocument]] = {kind: {} for kind in Kind}
    for each in checked:
        documents[each.draft.kind][each.document.id] = each.document
    return State(documents)


def _pointer(pointer: str) -> Path:
    """Return the path of a JSON Pointer (RFC 6901)."""
    steps = pointer.split("/")[1:]
    return tuple(int(step) if step.isdecimal() else step for step in steps)


def _said(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
