from prometheus_client import Counter, Gauge, Histogram


SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)

ALERTS = Counter(
    "tocsin_alerts_total",
    "Alerts by where they began: enqueued, held, folded, suppressed; known (had before), unheard "
    "(nobody listens)",
    ("result",),
)
DELIVERIES = Counter(
    "tocsin_deliveries_total",
    "Attempts by service and outcome: delivered, partial, transient, permanent, ambiguous, blocked",
    ("schema", "outcome"),
)
SUSPECTS = Counter(
    "tocsin_delivery_suspects_total", "Attempts at what the receiver may have had already"
)
GIVEN_UP = Counter("tocsin_deliveries_dead_total", "Deliveries that will not be tried again")
EXPIRED = Counter("tocsin_deliveries_expired_total", "Deliveries that became too old to be sent")
ARTICLE_TO_SENT = Histogram(
    "tocsin_article_to_sent_seconds",
    "From fetching an article to the receiver's taking its alert",
    buckets=SECONDS,
)
MATCH_TO_SENT = Histogram(
    "tocsin_match_to_sent_seconds",
    "From the match to the receiver's taking its alert",
    buckets=SECONDS,
)
UNDER_WAY = Gauge("tocsin_deliveries_under_way", "Messages that are being sent now")
DUE_LAG = Gauge(
    "tocsin_deliveries_due_lag_seconds", "For how long the delivery that waits longest has been due"
)
STATES = Gauge(
    "tocsin_ledger_deliveries", "Deliveries of the last thirty days by state", ("state",)
)
