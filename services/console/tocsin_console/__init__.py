"""Lets people write rules and see what became of them."""
