"""What the domain asks of the outside world, one module for each area.

Every port has an adapter (tocsin.adapters or one service's adapters), a fake
(tocsin.testing) and one set of tests that both must pass (tests/contracts).
"""
