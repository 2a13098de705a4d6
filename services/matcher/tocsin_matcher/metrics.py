from prometheus_client import Counter, Gauge, Histogram


ARTICLES = Counter("tocsin_matcher_articles_total", "Articles matched.", ["outcome"])
MATCHES = Counter("tocsin_matches_total", "Pairs of an article and a rule that it matched.")
SECONDS = Histogram(
    "tocsin_match_seconds",
    "Time to locate an article and match it against every rule.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
CATCH_UP_SECONDS = Histogram(
    "tocsin_rules_catch_up_seconds",
    "Time until the rules were those of the moment when articles were read, for which these waited.",
    ["news"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
RULES = Gauge("tocsin_rules", "Rules that this matcher knows.", ["state"])
WITHOUT_PLACE = Counter(
    "tocsin_articles_without_place_total",
    "Articles in which no place was found: no rule that asks for a region can match them.",
)
