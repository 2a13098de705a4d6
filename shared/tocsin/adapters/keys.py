"""Every key in Redis, by name.

All carry the hash tag ``{tocsin}``: one script may then touch any of them, on a
Redis Cluster too. Streams that carry events are named by the events themselves.
"""

PREFIX = "{tocsin}"


# Ingest
def seen(article_id: str) -> str:
    """The stream id of a published article."""
    return f"{PREFIX}:seen:{article_id}"


def idempotency(key: str) -> str:
    """The answer that was given to a request with this Idempotency-Key."""
    return f"{PREFIX}:idempotency:{key}"


SOURCES = f"{PREFIX}:sources"  # hash: id -> SourceDocument
SOURCES_DUE = f"{PREFIX}:sources:due"  # sorted set: id -> when to poll next, ms
SOURCES_LEASED = f"{PREFIX}:sources:leased"  # sorted set: id -> when the lease ends, ms
SOURCES_TOKENS = f"{PREFIX}:sources:tokens"  # hash: id -> token of its lease; "" -> the last token


def source_state(source_id: str) -> str:
    """Hash: validators, last success, failures, reason for the next poll."""
    return f"{PREFIX}:source:{source_id}"


# Rules
RULES = f"{PREFIX}:rules"  # hash: id -> RuleDocument
RULE_VERSIONS = f"{PREFIX}:rules:versions"  # hash: id -> highest version ever given
RULE_IDS = f"{PREFIX}:rules:ids"  # sorted set, all scores 0: the ids of RULES in order


def rule_changes(rule_id: str) -> str:
    """List: the ids of the rule's entries in the log of changes, newest first."""
    return f"{PREFIX}:rule:{rule_id}:changes"


# Regions that subscribers define
REGIONS = f"{PREFIX}:regions"  # hash: id -> RegionDocument
REGION_CHANGES = f"{PREFIX}:region-changes"  # counter: raised by each change of a region
LISTS = f"{PREFIX}:lists"  # hash: id -> ListDocument
LIST_CHANGES = f"{PREFIX}:list-changes"  # counter: raised by each change of a list


def placeless(day: str) -> str:
    """HyperLogLog: ids of the articles of a day (ISO 8601) in which no place was found."""
    return f"{PREFIX}:placeless:{day}"


# Delivery
SUBSCRIBERS = f"{PREFIX}:subscribers"  # hash: id -> SubscriberDocument
CHANNELS = f"{PREFIX}:channels"  # hash: id -> ChannelDocument with its secret
STANDINGS = f"{PREFIX}:channels:standings"  # hash: id of the channel -> Standing
SUBSCRIPTIONS = f"{PREFIX}:subscriptions"  # hash: id -> SubscriptionDocument
DELIVERY_CHANGES = f"{PREFIX}:delivery-changes"  # counter: raised by each change of the three above


def delivery(delivery_id: str) -> str:
    """Hash: state, attempts, fence, payload, outcome."""
    return f"{PREFIX}:delivery:{delivery_id}"


# Sorted set: lane -> when its next delivery is due or one of its leases ends, ms. For each lane
# there are, with its name appended: :lane: (channel -> when its next is due), :busy: (id -> when
# its lease ends), and with lane and channel: :queue: (id -> when it is due), :holder: (id). Both
# have a :gate: (hash: rest, fails, next, tat), where failures and pace hold them up.
DELIVERIES_DUE = f"{PREFIX}:deliveries:due"
DELIVERIES_RECENT = f"{PREFIX}:deliveries:recent"  # sorted set: id -> when it was queued, ms


def deliveries_in(state: str) -> str:
    """Sorted set: id -> when it was queued, ms."""
    return f"{PREFIX}:deliveries:state:{state}"


def deliveries_of(kind: str, of: str) -> str:
    """Sorted set: id -> when it was queued, ms; ``kind`` is article, rule, channel or subscriber."""
    return f"{PREFIX}:deliveries:{kind}:{of}"


def digest_items(digest_id: str) -> str:
    """List: ids of the deliveries that a digest gathers, in the order in which they came."""
    return f"{PREFIX}:deliveries:items:{digest_id}"


def missed(owner_id: str) -> str:
    """List: ids of what expired on a channel, until a digest of it takes them over."""
    return f"{PREFIX}:deliveries:missed:{owner_id}"


def story(thread: str) -> str:
    """Hash: version, what was told of a story on a channel, and its first message there."""
    return f"{PREFIX}:story:{thread}"


def limit(key: str) -> str:
    """Counter: how many messages came one by one; gone when the time of its limit is over."""
    return f"{PREFIX}:limit:{key}"


SUPPRESSIONS = f"{PREFIX}:suppressions"  # hash: address, in small letters -> Suppression


# What readers asked for
WISHES = f"{PREFIX}:wishes"  # hash: kind and targets as JSON -> when it ends, ISO 8601
WISH_CHANGES = f"{PREFIX}:wish-changes"  # counter: raised by each change of WISHES


def rating(delivery_id: str) -> str:
    """What its reader thinks of an alert, as JSON."""
    return f"{PREFIX}:rating:{delivery_id}"


# Demo
INBOX = f"{PREFIX}:inbox"  # stream: messages that the demo inbox received


def dead(stream: str) -> str:
    """The dead letters of a stream."""
    return f"{stream}:dead"


# Processes at work
SERVICES = f"{PREFIX}:services"  # hash: service and instance -> ServiceInstance
SERVICES_SEEN = f"{PREFIX}:services:seen"  # sorted set: service and instance -> when last seen, ms
