"""Turns matches into messages and delivers them."""
