from prometheus_client import Counter


ARTICLES = Counter(
    "tocsin_ingest_articles_total",
    "Articles handed in, by door (push, feed) and by what became of them (new, known, rejected)",
    ["door", "result"],
)
POLLS = Counter(
    "tocsin_ingest_polls_total",
    "Polls of feeds by outcome: read, unchanged, failed (the source's fault), interrupted (ours)",
    ["outcome"],
)
