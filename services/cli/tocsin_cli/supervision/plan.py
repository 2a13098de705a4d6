"""From what was asked for to the processes that are to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin_cli.settings import CliSettings
from tocsin_cli.supervision.roles import Role


LOOPBACK = "127.0.0.1"

# The second matcher listens 100 above the first.
REPLICA_STEP = 100

DEMO_SENDER = "alerts@tocsin.example"

# To give back what was not finished, and to close, once the time to finish it is over.
CLOSING_S = 10.0

# Who reads channels' URLs and signs links; nobody else gets the keys.
KEY_HOLDERS = frozenset({Role.NOTIFIER, Role.CONSOLE})


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that a process will listen on, and how a person can choose another."""

    port: int
    purpose: str
    variable: str


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running. ``env`` is added to ours. ``port`` is where ``/ready`` is."""

    name: str
    role: Role
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)  # holds the store's password
    port: int
    listeners: tuple[Listener, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    roles: Sequence[Role]
    replicas: Mapping[Role, int] = field(default_factory=dict)


def plan(
    wanted: Wanted,
    settings: CliSettings,
    environment: Mapping[str, str],
    redis_url: str,
    own_keys: Path | None = None,
) -> tuple[Child, ...]:
    """Return the processes to keep, in the order in which they stop.

    ``own_keys`` is the file of secret keys, where the environment has none.
    """
    return tuple(
        _child(
            role, number, settings, _env(role, wanted, settings, environment, redis_url, own_keys)
        )
        for role in Role
        if role in wanted.roles
        for number in range(wanted.replicas.get(role, 1))
    )


def in_stop_order(children: Sequence[Child]) -> tuple[tuple[Child, ...], ...]:
    """Return the children in the groups that stop one after the other."""
    groups = (tuple(child for child in children if child.role is role) for role in Role)
    return tuple(group for group in groups if group)


def longest_stop_s(settings: CliSettings) -> float:
    """Return how long a process may take to end in good order before it is killed."""
    return settings.grace_s + CLOSING_S


def _child(role: Role, number: int, settings: CliSettings, env: Mapping[str, str]) -> Child:
    port = settings.port_of(role) + number * REPLICA_STEP
    name = role if number == 0 else f"{role}-{number + 1}"
    variable = f"TOCSIN_{role.upper()}_PORT"
    listeners: tuple[Listener, ...] = (Listener(port, f"{name} ({role.purpose})", variable),)
    env = {**env, variable: str(port)}
    if role is Role.INBOX:
        smtp = Listener(
            settings.inbox_smtp_port, "inbox (its mail server)", "TOCSIN_INBOX_SMTP_PORT"
        )
        listeners = (*listeners, smtp)
        env |= {smtp.variable: str(smtp.port)}
    return Child(name, role, _command(role), env, port, listeners)


def _command(role: Role) -> tuple[str, ...]:
    return ("tocsin", "inbox", "serve") if role is Role.INBOX else (f"tocsin-{role}",)


def _env(
    role: Role,
    wanted: Wanted,
    settings: CliSettings,
    environment: Mapping[str, str],
    redis_url: str,
    own_keys: Path | None,
) -> dict[str, str]:
    defaults = {"TOCSIN_HOST": LOOPBACK, "TOCSIN_LOG_FORMAT": "console"}
    if role is Role.MATCHER:
        defaults["TOCSIN_MATCHER_SNAPSHOT_DIR"] = str(settings.data_dir.absolute() / "matcher")
    if role is Role.NOTIFIER:
        defaults["TOCSIN_NOTIFIER_JOURNAL_DIR"] = str(settings.data_dir.absolute() / "notifier")
    if role is Role.NOTIFIER and Role.INBOX in wanted.roles:
        defaults |= _demo_env(settings)
    if own_keys is not None and role in KEY_HOLDERS:
        defaults |= {"TOCSIN_SECRET_KEYS_FILE": str(own_keys)}
    if role in KEY_HOLDERS and Role.CONSOLE in wanted.roles:
        defaults |= {"TOCSIN_PUBLIC_URL": f"http://{LOOPBACK}:{settings.console_port}"}
    chosen = {
        name: value
        for name, value in defaults.items()
        if not {name, f"{name}_FILE"} & environment.keys()
    }
    return {**chosen, "TOCSIN_REDIS_URL": redis_url, "PYTHONUNBUFFERED": "1"}


def _demo_env(settings: CliSettings) -> dict[str, str]:
    """Return what makes the notifier send to the demo inbox."""
    smtp = f"{LOOPBACK}:{settings.inbox_smtp_port}"
    slack = f"{LOOPBACK}:{settings.inbox_port}"
    return {
        "TOCSIN_NOTIFIER_RELAY": f"smtp://{smtp}?from={DEMO_SENDER}",
        "TOCSIN_NOTIFIER_SLACK_URL": f"http://{slack}/services",
        "TOCSIN_EGRESS_ALLOW": f"{smtp},{slack}",
    }
