"""From the ledger to the receivers: ``dispatcher`` takes what is due, ``courier`` takes it there.

``recovery`` takes up what a dead process left; ``channel_watch`` learns from that how channels stand; ``caretaker`` asks and tells their owners.
"""

from tocsin_notifier.sending.caretaker import Caretaker
from tocsin_notifier.sending.channel_watch import ChannelWatch
from tocsin_notifier.sending.courier import Courier
from tocsin_notifier.sending.digests import NothingMatched
from tocsin_notifier.sending.dispatcher import Dispatcher
from tocsin_notifier.sending.gauges import Gauges
from tocsin_notifier.sending.recovery import recover


__all__ = [
    "Caretaker",
    "ChannelWatch",
    "Courier",
    "Dispatcher",
    "Gauges",
    "NothingMatched",
    "recover",
]
