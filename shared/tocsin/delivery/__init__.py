"""Who gets which alert, and when to try again; pure.

Read ``alert`` (what is told), ``expansion`` (a match becomes deliveries), ``identity``
(what they are called), then ``decision`` and ``retry`` (what follows an attempt).
"""

from tocsin.delivery.alert import Alert
from tocsin.delivery.decision import Deliver, GiveUp, RetryLater, Step, decide
from tocsin.delivery.expansion import Audience, Expansion, expand
from tocsin.delivery.identity import TEST, alert_key, delivery_id


__all__ = [
    "TEST",
    "Alert",
    "Audience",
    "Deliver",
    "Expansion",
    "GiveUp",
    "RetryLater",
    "Step",
    "alert_key",
    "decide",
    "delivery_id",
    "expand",
]
