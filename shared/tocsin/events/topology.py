"""Which groups read which stream.

A group listed here is expected to exist: nothing that it has not finished with is
trimmed, even before it was ever seen.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tocsin.events.article import ArticleIngested
from tocsin.events.match import ArticleMatched
from tocsin.events.rule import RuleChanged


EXPECTED_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ArticleIngested.stream: ("matcher",),
        ArticleMatched.stream: ("notifier",),
        # Followed without a group by whoever holds rules; kept whole, since it is the audit.
        RuleChanged.stream: (),
    }
)
