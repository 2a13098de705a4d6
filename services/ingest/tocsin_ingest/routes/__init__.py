"""The HTTP API that articles are pushed to.

``application`` puts it together. ``articles`` are the endpoints; ``bodies`` read what is sent,
``documents`` check it, ``batches`` answer line by line; ``problems`` say what is wrong.
"""
