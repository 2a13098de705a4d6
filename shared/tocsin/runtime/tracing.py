"""The trace that an entry belongs to: taken from its headers, handed on to what comes of it.

W3C Trace Context (traceparent, tracestate, baggage) and FastStream's correlation id.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from structlog.contextvars import bound_contextvars


CARRIED = ("traceparent", "tracestate", "baggage", "correlation_id")

_current: ContextVar[Mapping[str, str]] = ContextVar("trace", default={})  # noqa: B039 -- never changed


def current() -> dict[str, str]:
    """Return the headers to send along with whatever is published now."""
    return dict(_current.get())


@contextmanager
def continued(headers: Mapping[str, str]) -> Iterator[None]:
    """Make the trace in these headers the current one, in log entries too."""
    carried = {name: headers[name] for name in CARRIED if name in headers}
    token = _current.set(carried)
    try:
        with bound_contextvars(trace_id=trace) if (trace := trace_id(carried)) else nullcontext():
            yield
    finally:
        _current.reset(token)


def trace_id(headers: Mapping[str, str]) -> str | None:
    """Return the trace's id, of ``version-trace-parent-flags``."""
    parts = headers.get("traceparent", "").split("-")
    return parts[1] if len(parts) == 4 else None
