"""The whole chain as real processes, for tests that treat it as its users and its enemies do."""
