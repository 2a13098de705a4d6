"""Who gets which alert, when, and when to try again; pure.

Read ``alert`` (what is told), ``windows`` (when digests are due and quiet hours end), ``policy``
(now, later, together, or not at all), ``novelty`` (what is new in a story), ``expansion`` (a match
becomes deliveries), ``digest`` (several in one), ``identity`` (what they are called), then
``decision`` and ``retry`` (what follows an attempt).
"""

from tocsin.delivery.alert import Alert
from tocsin.delivery.decision import Deliver, Expire, GiveUp, RetryLater, Step, decide
from tocsin.delivery.digest import Composed, Digest, compose, message_of
from tocsin.delivery.expansion import Audience, Candidate, Expansion, expand, place
from tocsin.delivery.identity import OURS, TEST, delivery_id, story_of, thread_id


__all__ = [
    "OURS",
    "TEST",
    "Alert",
    "Audience",
    "Candidate",
    "Composed",
    "Deliver",
    "Digest",
    "Expansion",
    "Expire",
    "GiveUp",
    "RetryLater",
    "Step",
    "compose",
    "decide",
    "delivery_id",
    "expand",
    "message_of",
    "place",
    "story_of",
    "thread_id",
]
