"""Which groups read which stream.

A group listed here is expected to exist: nothing that it has not finished with is
trimmed, even before it was ever seen.
"""

import re
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

_SHARD = re.compile(r"(.+):[1-9][0-9]*/([1-9][0-9]*)")


def expected_groups(stream: str, group: str) -> frozenset[str]:
    """Return the groups that a stream needs, as one of them sees it.

    The shards of a group, ``matcher:1/4`` to ``matcher:4/4``, stand for the group.
    """
    shard = _SHARD.fullmatch(group)
    if shard is None:
        return frozenset((group, *EXPECTED_GROUPS.get(stream, ())))
    name, count = shard[1], int(shard[2])
    shards = (f"{name}:{number}/{count}" for number in range(1, count + 1))
    return frozenset((*shards, *EXPECTED_GROUPS.get(stream, ()))) - {name}
