"""Choose the rules worth evaluating."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from tocsin.matching.anchors import Anchors, anchors_of
from tocsin.rules import Rule


class RuleIndex:
    """Rules by their anchors. One is added, replaced or removed in its own time, not that of all."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._anchors: dict[str, Anchors | None] = {}
        self._by_key: defaultdict[str, dict[str, Rule]] = defaultdict(dict)
        self._by_prefix: defaultdict[str, dict[str, Rule]] = defaultdict(dict)
        self._lengths: Counter[int] = Counter()  # of the prefixes in use
        self._always: dict[str, Rule] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def put(self, rule: Rule) -> None:
        """Add a rule, in place of the one with its id if there is one."""
        self.remove(rule.id)
        found = anchors_of(rule)
        self._rules[rule.id] = rule
        self._anchors[rule.id] = found
        if found is None:
            self._always[rule.id] = rule
            return
        for key in found.keys:
            self._by_key[key][rule.id] = rule
        for prefix in found.prefixes:
            if prefix not in self._by_prefix:
                self._lengths[len(prefix)] += 1
            self._by_prefix[prefix][rule.id] = rule

    def remove(self, rule_id: str) -> None:
        """Forget a rule; nothing happens where there is none."""
        if rule_id not in self._rules:
            return
        del self._rules[rule_id]
        found = self._anchors.pop(rule_id)
        if found is None:
            del self._always[rule_id]
            return
        for key in found.keys:
            _discard(self._by_key, key, rule_id)
        for prefix in found.prefixes:
            _discard(self._by_prefix, prefix, rule_id)
            if prefix not in self._by_prefix:
                self._lengths -= Counter([len(prefix)])

    def candidates(self, keys: AbstractSet[str]) -> dict[str, Rule]:
        """Return, by id, a superset of the rules that match an article with these keys."""
        found = dict(self._always)
        for key in keys & self._by_key.keys():
            found.update(self._by_key[key])
        for length in self._lengths:
            for prefix in {key[:length] for key in keys} & self._by_prefix.keys():
                found.update(self._by_prefix[prefix])
        return found


def _discard(table: defaultdict[str, dict[str, Rule]], key: str, rule_id: str) -> None:
    rules = table[key]
    del rules[rule_id]
    if not rules:
        del table[key]
