"""The commands, one module for each group of them.

A command is thin: it reads options, asks the ports that ``session.Session`` holds, and
writes what came of it with ``output``. What is hard to decide is decided elsewhere.
"""
