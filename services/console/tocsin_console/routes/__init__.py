"""The console's edge: a JSON API for programs, pages for people, one meaning behind both.

Read ``console`` first, then ``backends`` (what may be asked of the store), the views (what is
shown: ``alerts``, ``channels``, ``letters``, ``status``, ``why``, ``rule_check``), then
``api`` and ``pages``. ``security`` and ``access`` stand before all of it.
"""
