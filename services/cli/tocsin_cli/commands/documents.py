"""What stands in the store, as documents, and how a change is made to it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

from rich.text import Text

from tocsin.documents import (
    ChannelDocument,
    ListDocument,
    RegionDocument,
    RuleDocument,
    SourceDocument,
    SubscriberDocument,
    SubscriptionDocument,
    checked_region,
    compile_rule,
    draft_of,
    own_place,
    rules_that_name,
    rules_that_use,
)
from tocsin.errors import InUseError, UnreadableError
from tocsin.ports.subscribers import DocumentKind
from tocsin.regions.gazetteer import Gazetteer
from tocsin.rules import Expression, Rule
from tocsin_cli.commands.output import say
from tocsin_cli.commands.session import Session, Store
from tocsin_cli.manifests import Change, Difference, Kind, State
from tocsin_cli.manifests.kind import AnyDocument
from tocsin_cli.manifests.plan import Action


T = TypeVar("T")

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.CHANGE: ("~", "yellow"),
    Action.DELETE: ("-", "red"),
}


async def standing(store: Store) -> State:
    """Return everything that stands."""
    directory = await store.subscribers.directory()
    return State(
        {
            Kind.REGION: _by_id((await store.regions.all()).documents),
            Kind.LIST: _by_id((await store.lists.all()).documents),
            Kind.RULE: _by_id(await store.rules.all()),
            Kind.SOURCE: _by_id(document for document, _ in await store.sources.all()),
            Kind.SUBSCRIBER: _by_id(directory.subscribers),
            Kind.CHANNEL: _by_id(directory.channels),
            Kind.SUBSCRIPTION: _by_id(directory.subscriptions),
        }
    )


async def names_of(store: Store) -> State:
    """Return only the regions and lists that stand: enough to check a rule that is there already."""
    return State(
        {
            Kind.REGION: _by_id((await store.regions.all()).documents),
            Kind.LIST: _by_id((await store.lists.all()).documents),
        }
    )


async def make(store: Store, changes: Iterable[Change], *, who: str, reason: str = "") -> None:
    """Make the changes, in order.

    Raises:
        VersionConflictError: somebody changed a rule after it was read.
    """
    for change in changes:
        if change.after is not None:
            await _put(store, change.after, change.before, who, reason)
        elif change.before is not None:
            await _delete(store, change.before, who, reason)


def checker(session: Session) -> Callable[[RuleDocument], Rule]:
    """Return what compiles a rule as the matcher does, or raises what is wrong with it."""

    def compiled(rule: RuleDocument) -> Rule:
        lists = session.lists() if "@" in rule.query else {}
        return compile_rule(rule, session.gazetteer(), lists)

    return compiled


def drafter(session: Session) -> Callable[[RuleDocument], Rule]:
    """Return what reads a rule but for its query."""
    return lambda rule: draft_of(rule, session.gazetteer())


@dataclass(frozen=True, slots=True)
class GazetteerChecks:
    """Looks documents over as the matcher reads them."""

    gazetteer: Callable[[], Gazetteer]
    lists: Mapping[str, Expression] = field(default_factory=dict)

    def knowing(
        self, regions: Sequence[RegionDocument], lists: Sequence[ListDocument]
    ) -> "GazetteerChecks":
        world = self.gazetteer()
        own = [own_place(region, world) for region in regions]
        meant = {each.id: each.expression() for each in lists}
        if own or world.own:
            return GazetteerChecks(lambda: world.with_own(own), meant)
        return GazetteerChecks(self.gazetteer, meant)

    def rule(self, rule: RuleDocument) -> Rule:
        return compile_rule(rule, self.gazetteer(), self.lists)

    def region(self, region: RegionDocument) -> RegionDocument:
        return checked_region(region, self.gazetteer())


def checks(session: Session) -> GazetteerChecks:
    return GazetteerChecks(session.gazetteer)


def require_unused(
    gone: Sequence[AnyDocument], rules: Sequence[RuleDocument], session: Session
) -> None:
    """Refuse to remove regions and lists that rules name.

    Raises:
        InUseError: a rule names one.
    """
    for each in gone:
        match each:
            case RegionDocument():
                users = rules_that_name(each, rules, session.gazetteer())
            case ListDocument():
                users = rules_that_use(each.id, rules)
            case _:
                continue
        if users:
            kind = Kind.REGION if isinstance(each, RegionDocument) else Kind.LIST
            raise InUseError(kind.singular, each.id, users)


async def unless_unreadable(found: Awaitable[T]) -> T | None:
    """Return a document that is to go; where it cannot be read say so, for it may go all the same."""
    try:
        return await found
    except UnreadableError as error:
        say(Text(f"- {error.kind} {error.identity}, which cannot be read: {error.problem}", "red"))
        return None


def say_changes(changes: Sequence[Change]) -> None:
    for change in changes:
        sign, style = SIGNS[change.action]
        say(Text(f"{sign} {change.kind.singular} {change.id}", style))
        if change.action is not Action.DELETE:
            say_change(change)


def say_plan(changes: Sequence[Change], unchanged: int) -> None:
    """Show the changes, then how many there are."""
    say_changes(changes)
    counts = {action: sum(change.action is action for change in changes) for action in Action}
    said = [f"{count} to {action}" for action, count in counts.items() if count]
    say(f"{', '.join(said) or 'Nothing to change'}; {unchanged} as they are.")


def say_change(change: Change) -> None:
    """Show the fields of a new document, or those that differ."""
    for difference in change.differences():
        _say_difference(difference, new=change.action is Action.CREATE)


def _say_difference(difference: Difference, *, new: bool) -> None:
    if new:
        say(Text(_field(difference.field, difference.after, "    ")))
        return
    if difference.before is not None:
        say(Text(_field(difference.field, difference.before, "  - "), "red"))
    if difference.after is not None:
        say(Text(_field(difference.field, difference.after, "  + "), "green"))


def _field(name: str, value: str | None, indent: str) -> str:
    lines = (value or "").rstrip("\n").split("\n")
    if len(lines) == 1:
        return f"{indent}{name}: {lines[0]}"
    return "\n".join([f"{indent}{name}:", *(f"{indent}  {line}" for line in lines)])


async def _put(
    store: Store, after: AnyDocument, before: AnyDocument | None, who: str, reason: str
) -> None:
    match after:
        case RuleDocument():
            expected: int | None = before.version if isinstance(before, RuleDocument) else 0
            if after.id in store.rules.unreadable:
                expected = None  # it is to take the place of what nobody can have read
            await store.rules.put(after, who=who, reason=reason, expected_version=expected)
        case RegionDocument():
            await store.regions.put(after)
        case ListDocument():
            await store.lists.put(after)
        case SourceDocument():
            await store.sources.put(after)
        case SubscriberDocument() | ChannelDocument() | SubscriptionDocument():
            await store.subscribers.put(after)
        case _:
            assert_never(after)


async def _delete(store: Store, document: AnyDocument, who: str, reason: str) -> None:
    match document:
        case RuleDocument(id=key):
            await store.rules.delete(key, who=who, reason=reason)
        case RegionDocument(id=key):
            await store.regions.delete(key)
        case ListDocument(id=key):
            await store.lists.delete(key)
        case SourceDocument(id=key):
            await store.sources.delete(key)
        case SubscriberDocument(id=key):
            await delete_of(store, "subscriber", key)
        case ChannelDocument(id=key):
            await delete_of(store, "channel", key)
        case SubscriptionDocument(id=key):
            await delete_of(store, "subscription", key)
        case _:
            assert_never(document)


async def delete_of(store: Store, kind: DocumentKind, key: str) -> None:
    """Delete a document of the directory, which nobody need have read."""
    match kind:
        case "subscriber":
            await store.subscribers.delete_subscriber(key)
        case "channel":
            await store.subscribers.delete_channel(key)
        case "subscription":
            await store.subscribers.delete_subscription(key)
        case _:
            assert_never(kind)


def _by_id(documents: Iterable[AnyDocument]) -> dict[str, AnyDocument]:
    return {document.id: document for document in documents}
