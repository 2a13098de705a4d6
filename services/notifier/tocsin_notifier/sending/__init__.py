"""From the ledger to the receivers: ``dispatcher`` takes what is due, ``courier`` takes it there."""

from tocsin_notifier.sending.courier import Courier
from tocsin_notifier.sending.digests import NothingMatched
from tocsin_notifier.sending.dispatcher import Dispatcher
from tocsin_notifier.sending.gauges import Gauges


__all__ = ["Courier", "Dispatcher", "Gauges", "NothingMatched"]
