"""What ``tocsin up`` decides: which processes, on which ports, when again, in which order to stop.

Pure; read ``roles``, then ``plan``. What is done about it is in ``tocsin_cli.adapters``.
"""
