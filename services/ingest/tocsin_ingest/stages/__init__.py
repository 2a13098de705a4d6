"""What is decided about an article on its way in: pure, a file for each step.

``draft`` is what comes in, ``cleaning`` what goes out; ``characters``, ``addresses``, ``dates``,
``languages`` and ``identity`` are the steps between. ``encoding``, ``plain_text``, ``markup`` and
``feed`` read what is not JSON. ``schedule`` decides when a feed is polled next, ``egress`` where we
may connect to at all.
"""
