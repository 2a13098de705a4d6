"""Logs are events with fields; everybody's, whichever logger they came through."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


HIDDEN = "***"

# A quotation mark may stand in a secret: it is the end only where something else follows.
_QUOTE = r"['\"](?![\s,;:.)\]}>]|$)"
_REST = rf"(?:[^\s'\"]|{_QUOTE})+"
# user:password@ of any URL, up to the last @: a password may hold one.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")
# Passwords and tokens given as options of a URL.
_OPTIONS = re.compile(
    r"([?&][\w.-]*(?:password|passwd|pass|token|key|secret|sig|signature|auth)=)"
    rf"(?:[^&\s'\"]|{_QUOTE})+",
    re.IGNORECASE,
)
# Apprise URLs hold their tokens anywhere: of schemes that we do not know nothing is shown.
_SCHEMES = re.compile(
    rf"\b(?!(?:https?|rediss?|valkeys?|unix|file)://)([a-z][a-z0-9+.-]*://){_REST}", re.IGNORECASE
)
# Web hooks that are secret in whole.
_HOOKS = re.compile(
    rf"(https?://[^\s/'\"]+/(?:services|api/webhooks|webhook|hooks)/){_REST}", re.IGNORECASE
)


def mask(text: str) -> str:
    """Hide the credentials of every URL in a text."""
    if "://" not in text:
        return text
    text = _SCHEMES.sub(rf"\1{HIDDEN}", text)
    text = _CREDENTIALS.sub(f"{HIDDEN}@", text)
    text = _HOOKS.sub(rf"\1{HIDDEN}", text)
    return _OPTIONS.sub(rf"\1{HIDDEN}", text)


def beside_output() -> None:
    """Send log entries to standard error, plainly: what a command writes may go to a file."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_for_people(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def configure(service: str, *, style: str, level: str) -> None:
    """Send every log entry of this process to standard error, as ``console`` or ``json``."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_service(service),
    ]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, _masked, structlog.processors.JSONRenderer()]
        if style == "json"
        else _for_people()
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("tocsin.faststream").setLevel(max(logging.WARNING, root.level))
    logging.getLogger("uvicorn").setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def _for_people() -> list[Processor]:
    # The renderer's own tracebacks show the values of variables, which may be secrets.
    return [
        structlog.processors.format_exc_info,
        _masked,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]


def _with_service(service: str) -> Processor:
    def add(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return add


def _masked(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    return {key: _mask_value(value) for key, value in event.items()}


def _mask_value(value: Any) -> Any:
    match value:
        case str():
            return mask(value)
        case list() | tuple():
            return [_mask_value(item) for item in value]
        case dict():
            return {key: _mask_value(item) for key, item in value.items()}
        case BaseException():
            return mask(repr(value))
        case _:
            return value
