"""The outside world: the web, and the libraries that eat what comes from it.

Whatever parses hostile input runs in ``sandbox``, a process that can be killed.
"""
