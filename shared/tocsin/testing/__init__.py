"""A fake for every port: in memory, deterministic, and with the port's promises kept."""

from tocsin.testing.clock import FakeClock
from tocsin.testing.rule_store import FakeRuleStore


__all__ = ["FakeClock", "FakeRuleStore"]
