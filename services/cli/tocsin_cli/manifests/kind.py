from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tocsin.documents import (
    ChannelDocument,
    ListDocument,
    RegionDocument,
    RuleDocument,
    SourceDocument,
    SubscriberDocument,
    SubscriptionDocument,
)


AnyDocument = (
    RegionDocument
    | ListDocument
    | RuleDocument
    | SourceDocument
    | SubscriberDocument
    | ChannelDocument
    | SubscriptionDocument
)


class Kind(StrEnum):
    """Each kind of document, in an order in which none names one that comes later.

    The value is the name of its section in a file.
    """

    REGION = "regions"
    LIST = "lists"
    RULE = "rules"
    SOURCE = "sources"
    SUBSCRIBER = "subscribers"
    CHANNEL = "channels"
    SUBSCRIPTION = "subscriptions"

    @property
    def singular(self) -> str:
        return self.removesuffix("s")

    @property
    def model(self) -> type[AnyDocument]:
        return MODELS[self]


MODELS: Mapping[Kind, type[AnyDocument]] = MappingProxyType(
    {
        Kind.REGION: RegionDocument,
        Kind.LIST: ListDocument,
        Kind.RULE: RuleDocument,
        Kind.SOURCE: SourceDocument,
        Kind.SUBSCRIBER: SubscriberDocument,
        Kind.CHANNEL: ChannelDocument,
        Kind.SUBSCRIPTION: SubscriptionDocument,
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """What stands, or what shall stand: documents of each kind by id."""

    documents: Mapping[Kind, Mapping[str, AnyDocument]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.documents.values()))

    def of(self, kind: Kind) -> Mapping[str, AnyDocument]:
        return self.documents.get(kind, {})

    def channels(self) -> Mapping[str, ChannelDocument]:
        return {
            key: document
            for key, document in self.of(Kind.CHANNEL).items()
            if isinstance(document, ChannelDocument)
        }

    def regions(self) -> Sequence[RegionDocument]:
        return [each for each in self.of(Kind.REGION).values() if isinstance(each, RegionDocument)]

    def lists(self) -> Sequence[ListDocument]:
        return [each for each in self.of(Kind.LIST).values() if isinstance(each, ListDocument)]

    def rules(self) -> Sequence[RuleDocument]:
        return [each for each in self.of(Kind.RULE).values() if isinstance(each, RuleDocument)]

    def joined(self, other: "State") -> "State":
        """Return what stands when ``other`` has been put on top."""
        return State({kind: {**self.of(kind), **other.of(kind)} for kind in Kind})

    def only(self, kinds: Collection[Kind]) -> "State":
        return State({kind: self.of(kind) for kind in kinds})

    def pruned(self, desired: "State", kinds: Collection[Kind]) -> "State":
        """Return what is left when of some kinds only what is desired stays.

        Whoever goes takes along the channels and subscriptions that are theirs.
        """
        left = {
            kind: {
                key: document
                for key, document in self.of(kind).items()
                if kind not in kinds or key in desired.of(kind)
            }
            for kind in Kind
        }
        for kind in (Kind.CHANNEL, Kind.SUBSCRIPTION):
            left[kind] = {
                key: document
                for key, document in left[kind].items()
                if _owner(document) in left[Kind.SUBSCRIBER]
            }
        return State(left)


def _owner(document: AnyDocument) -> str:
    assert isinstance(document, ChannelDocument | SubscriptionDocument)
    return document.subscriber
