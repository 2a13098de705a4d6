"""What Prometheus is told; names are tocsin_<what>_<unit>, labels are few and never ids."""

from importlib.metadata import version
from platform import python_version

from prometheus_client import Counter, Gauge, Histogram


BUILD = Gauge(
    "tocsin_build_info", "Always 1; the labels tell what runs", ("service", "version", "python")
)

HANDLED = Counter(
    "tocsin_stream_handled_entries_total",
    "Deliveries of entries by how they ended: done, lost, retry, infrastructure, buried",
    ("stream", "group", "outcome"),
)
HANDLING = Histogram(
    "tocsin_stream_handling_seconds",
    "From taking up an entry to its commit",
    ("stream", "group"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RECLAIMED = Counter(
    "tocsin_stream_reclaimed_entries_total",
    "Entries taken over because nobody finished them in time",
    ("stream", "group"),
)
VANISHED = Counter(
    "tocsin_stream_vanished_entries_total",
    "Pending entries that somebody deleted from the stream: they are lost",
    ("stream", "group"),
)
READ_ERRORS = Counter(
    "tocsin_stream_read_errors_total", "Reads of a stream that failed", ("stream", "group")
)
TRIMMED = Counter(
    "tocsin_stream_trimmed_entries_total", "Entries dropped after every group finished", ("stream",)
)

LENGTH = Gauge("tocsin_stream_length_entries", "Entries in the stream", ("stream",))
LAG = Gauge(
    "tocsin_stream_lag_entries",
    "Entries that the group has not read; -1 where the server cannot tell",
    ("stream", "group"),
)
PENDING = Gauge(
    "tocsin_stream_pending_entries", "Entries read and not finished", ("stream", "group")
)
OLDEST_PENDING = Gauge(
    "tocsin_stream_oldest_pending_seconds",
    "Age of the oldest entry that was read and is not finished",
    ("stream", "group"),
)
OLDEST_UNREAD = Gauge(
    "tocsin_stream_oldest_unread_seconds",
    "Age of the oldest entry that the group has not read",
    ("stream", "group"),
)
CONSUMERS = Gauge(
    "tocsin_stream_consumers",
    "Processes that asked for entries within the last minute",
    ("stream", "group"),
)
OF_GROUPS = (LAG, PENDING, OLDEST_PENDING, OLDEST_UNREAD, CONSUMERS)

DEAD_LETTERS = Gauge(
    "tocsin_stream_dead_letters_entries", "Dead letters of the stream", ("stream",)
)

STORE_MEMORY = Gauge("tocsin_store_memory_bytes", "Memory that the store uses")
STORE_MEMORY_LIMIT = Gauge(
    "tocsin_store_memory_limit_bytes", "Memory that the store may use; 0 where it has no limit"
)


def announce_build(service: str) -> None:
    BUILD.labels(service, version("tocsin"), python_version()).set(1)
