"""Polls the feeds that are due. ``poll`` is one poll, ``poller`` the life of them all."""
