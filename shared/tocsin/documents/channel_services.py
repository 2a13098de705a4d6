"""The services that a channel may name, and the shape of an address at each.

Only what is listed can be used: Apprise knows services that run programs, read files
or reach into the operator's network. A shape admits one recipient, so that what
became of a delivery has one answer. Arguments that are not listed are refused, since
many change what is called, how often, or whether a failure is told.
"""

import re
from dataclasses import dataclass, field


HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
LOGIN = r"(?:[^/?#@:]+(?::[^/?#@]*)?@)?"
PART = r"[^/?#@]+"
ADDRESS = r"[^\s/?#@,;:<>()\[\]\"\\%&=]{1,64}@(?:[^\W_](?:[\w-]*[^\W_])?\.)*[^\W_](?:[\w-]*[^\W_])?"


@dataclass(frozen=True, slots=True)
class Service:
    """``shape`` is of what follows ``schema://``, up to the arguments.

    ``example`` shows a right address. ``arguments`` are allowed behind ``?``; so are, with
    ``headers``, HTTP headers as ``+Name=value``. ``hosted`` tells that the address names the
    host; the other services have one host for everybody, and ``public`` ones have that too.
    """

    schemas: tuple[str, ...]
    shape: str
    example: str
    arguments: frozenset[str] = frozenset()
    headers: bool = False
    hosted: bool = False
    public: bool = False
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.shape))


def secure(schema: str) -> tuple[str, str]:
    return schema, f"{schema}s"


SERVICES = (
    Service(
        secure("mailto"),
        rf"{LOGIN}{HOST}(?:/[^/?#]+)?/?",
        "mailtos://user:password@smtp.example.org?from=alerts@example.org&to=ann@example.org",
        frozenset({"from", "mode", "name", "reply", "smtp", "to"}),
        hosted=True,
    ),
    Service(
        ("slack",),
        rf"(?:(?:{PART}@)?[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+(?:/[#@+]?[\w.-]+)?"
        r"|(?:xoxe\.)?xox[abp]-[A-Za-z0-9-]+/[#@+]?[\w.-]+)/?",
        "slack://T…/B…/… (webhook) or slack://xoxb-…/#channel (bot)",
    ),
    Service(
        ("discord",),
        rf"(?:{PART}@)?[0-9]+/[\w-]+/?",
        "discord://webhook id/webhook token",
        frozenset({"thread"}),
    ),
    Service(
        ("tgram",),
        r"(?:bot)?[0-9]+:[\w-]+/@?-?\w+(?::[0-9]+)?/?",
        "tgram://123456:bot-token/chat id",
        frozenset({"silent", "topic"}),
    ),
    Service(
        ("workflow", "workflows"),
        rf"{HOST}/{PART}(?:/{PART})?/?",
        "the address that Microsoft Teams gives for a workflow, https://….logic.azure.com/…",
        frozenset({"api-version", "sig", "sp", "sv", "ver"}),
        hosted=True,
    ),
    Service(
        secure("ntfy"),
        rf"(?:[\w-]+|{LOGIN}{HOST}/[\w-]+)/?",
        "ntfy://topic or ntfys://host/topic",
        frozenset({"auth", "mode", "priority", "tags", "token"}),
        hosted=True,
        public=True,
    ),
    Service(
        secure("gotify"),
        rf"{HOST}(?:/{PART})+/?",
        "gotifys://host/token",
        frozenset({"priority"}),
        hosted=True,
    ),
    Service(
        secure("matrix"),
        rf"[^/?#@:]+:[^/?#@]+@{HOST}/(?:[#!]|%23|%21)[^/?#]+/?",
        "matrixs://user:password@host/#room",
        hosted=True,
    ),
    Service(
        secure("mmost"),
        rf"(?:{PART}@)?{HOST}(?:/{PART})+/?",
        "mmosts://host/token",
        hosted=True,
    ),
    Service(
        secure("rocket"),
        rf"(?:[^/?#@:]+:[^/?#@]+@{HOST}/(?:[#@]|%23|%40)?{PART}"
        rf"|[A-Za-z0-9]+(?:/|%2F)[A-Za-z0-9]+@{HOST}(?:/(?:[#@]|%23|%40)?{PART})?)/?",
        "rockets://user:password@host/#channel",
        hosted=True,
    ),
    Service(("gchat",), rf"{PART}/{PART}/{PART}/?", "gchat://space/key/token"),
    Service(
        ("zulip",),
        rf"[\w-]+@[\w-]+/{PART}/[^/?#]+/?",
        "zulip://bot@organization/token/channel",
    ),
    Service(
        ("pover",),
        r"\w+@\w+(?:/[\w-]+)?/?",
        "pover://user key@application token",
        frozenset({"sound"}),
    ),
    Service(
        secure("signal"),
        rf"{LOGIN}{HOST}/(?:\+|%2B)?[0-9]+/(?:\+|%2B)?[\w.=-]+/?",
        "signals://host/from number/to number",
        hosted=True,
    ),
    *(
        Service(
            secure(schema),
            rf"{LOGIN}{HOST}(?:/[^?#]*)?",
            f"{schema}s://host/path",
            headers=True,
            hosted=True,
        )
        for schema in ("json", "form", "xml")
    ),
)

BY_SCHEMA = {schema: service for service in SERVICES for schema in service.schemas}

# What the services themselves hand out, and Apprise understands as it is.
NATIVE = (
    ("slack", re.compile(r"https://hooks\.slack\.com/services/[A-Za-z0-9]+/[A-Za-z0-9]+/\w+/?")),
    ("discord", re.compile(r"https://discord(?:app)?\.com/api/webhooks/[0-9]+/[\w-]+/?")),
    (
        "gchat",
        re.compile(
            r"https://chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?key=[\w-]+&token=[\w%-]+"
        ),
    ),
    (
        "workflow",
        re.compile(
            r"https://[\w-]+(?:\.[\w-]+)*\.(?:logic\.azure\.com|api\.powerplatform\.com)(?::443)?"
            r"(?:/powerautomate/automations/direct(?:/cu/[0-9]+)?)?/workflows/[\w-]+"
            r"/triggers/manual/paths/invoke\?(?:(?:api-version|sp|sv|sig)=[\w%./-]+&?)+"
        ),
    ),
)
