"""What people write and we keep: rules, sources, channels, subscribers, subscriptions.

A document is checked whole when it is made; one that exists is valid. They are
written as YAML, sent as JSON and kept as JSON, in this one shape.
"""

from tocsin.documents.base import Document, Identifier
from tocsin.documents.region import RegionDocument, checked_region, own_place, rules_that_name
from tocsin.documents.rule import RegionCondition, RuleDocument, compile_rule, draft_of
from tocsin.documents.source import SourceDocument
from tocsin.documents.standing import ChannelState, Standing, state_of
from tocsin.documents.subscriber import (
    ChannelDocument,
    Mode,
    Priority,
    SubscriberDocument,
    SubscriptionDocument,
    Updates,
    describe_channel,
)
from tocsin.documents.word_list import ListDocument, rules_that_use


__all__ = [
    "ChannelDocument",
    "ChannelState",
    "Document",
    "Identifier",
    "ListDocument",
    "Mode",
    "Priority",
    "RegionCondition",
    "RegionDocument",
    "RuleDocument",
    "SourceDocument",
    "Standing",
    "SubscriberDocument",
    "SubscriptionDocument",
    "Updates",
    "checked_region",
    "compile_rule",
    "describe_channel",
    "draft_of",
    "own_place",
    "rules_that_name",
    "rules_that_use",
    "state_of",
]
