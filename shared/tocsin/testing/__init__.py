"""A fake for every port: in memory, deterministic, and with the port's promises kept."""

from tocsin.testing.clock import FakeClock


__all__ = ["FakeClock"]
