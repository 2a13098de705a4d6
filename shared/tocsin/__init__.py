"""What the services share.

Read from the bottom up; each line imports only from the lines below it::

    testing     a fake for every port, builders
    runtime     settings, logs, metrics, health, the stream worker: how a process lives
    adapters    the ports, done with Redis
    ports       what the domain asks of the outside world
    events      the messages on the streams
    documents   what people write and we keep: rules, sources, channels, subscribers
    condition   whether all is well, and what is not
    delivery    when to try again, what to call a delivery
    matching    which rules does this article match, and why?
    rules       the rule language
    regions     places: ids, hierarchy, names, and where an article is set
    article     the news item itself
    text        words with offsets, and how they are compared
    errors      everything that can go wrong by name
"""
