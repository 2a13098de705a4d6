"""Apprise, tamed: the one sending path of every channel.

Read ``attempt`` (what is noted of an attempt), ``egress`` (whom nobody may call), ``http_seam``
and ``smtp_seam`` (where Apprise meets the wire), ``outcomes`` (what the notes mean), then
``mail_plugin``, ``slack_plugin``, ``services`` (the plugins) and ``apprise_sender`` (the port).
"""
