"""The ports, done with Redis and the system clock.

One module for each port, all key names in ``keys``, every script in ``lua/``.
A client is made by ``connection.connect`` only, and does not decode responses.
"""
