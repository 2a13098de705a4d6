import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any

import structlog

from tocsin.delivery import Alert, Digest, message_of
from tocsin.delivery.notice import Notice
from tocsin.documents import ChannelDocument
from tocsin.documents.channel_url import is_sealed, relay_address, schema_of
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import Delivery
from tocsin.ports.sender import Kind, Outcome
from tocsin.together import Together
from tocsin_notifier.adapters.attempt import Attempt, HttpReply, underway
from tocsin_notifier.adapters.journal import Sent
from tocsin_notifier.adapters.mail_plugin import NewsEmail
from tocsin_notifier.adapters.outcomes import outcome
from tocsin_notifier.adapters.sender_threads import SenderThreads, settle
from tocsin_notifier.adapters.services import (
    UnusableChannelError,
    Writing,
    service_for,
    writing_for,
)
from tocsin_notifier.adapters.smtp_seam import POOL
from tocsin_notifier.messages import WritingDesk, Written, note
from tocsin_notifier.messages.plain import cut
from tocsin_notifier.settings import Relay


log = structlog.get_logger()

PATIENCE = timedelta(seconds=50)  # with one message; then it is broken off
LAST_WORDS = timedelta(seconds=5)  # to come back after that
KEPT_SERVICES = 2_000
# A template that takes very long holds up those that are written with it, and no others.
WRITERS, MOST_WRITTEN = 4, 16
LOCKED = (
    "the channel's URL cannot be opened with our keys: add the one that it was sealed with to "
    "TOCSIN_SECRET_KEYS, or put the channel anew"
)
UNWRITTEN = "the message was not written in time: look at TOCSIN_NOTIFIER_TEMPLATES"
MARGIN = 20  # characters that Apprise may add to a body


@dataclass(frozen=True, slots=True)
class _Service:
    """A plugin, used by one thread at a time: plugins are not made for more."""

    url: str
    plugin: Any
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class _Order:
    """A message that is to be written."""

    message: Alert | Digest | Notice
    delivery: Delivery
    channel: ChannelDocument
    posted: str


_Written = tuple[_Service, Attempt]


class AppriseSender:
    """Sends by Apprise, in threads of our own.

    Apprise's asynchronous way shares a handful of threads between all services, so that a few
    that hang stop everybody.

    Args:
        taken: is told of each message that a receiver took, in the moment of its answer; by any
            thread.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        relay: Relay | None = None,
        threads: int = 32,
        desk: WritingDesk | None = None,
        patience: timedelta = PATIENCE,
        taken: Callable[[Sent], None] | None = None,
    ) -> None:
        self._clock = clock
        self._relay = relay
        self._desk = desk or WritingDesk()
        self._patience = patience
        self._taken = taken
        self._threads = SenderThreads(threads)
        self._services: OrderedDict[str, _Service] = OrderedDict()
        self._lock = Lock()
        self._writing: Together[_Order, _Written] = Together(
            self._write_all, under_way=WRITERS, most=MOST_WRITTEN
        )

    async def send(
        self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
    ) -> Outcome:
        if is_sealed(channel.url.get_secret_value()):
            return Outcome(Kind.TRANSIENT, LOCKED)
        try:
            message = message_of(delivery)
        except ValueError as error:
            return Outcome(Kind.PERMANENT, f"the alert cannot be read: {error}")
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                order = _Order(message, delivery, channel, posted)
                service, attempt = await self._writing.ask(order)
        except UnusableChannelError as error:
            return Outcome(Kind.PERMANENT, str(error))
        except TimeoutError:
            return Outcome(Kind.TRANSIENT, UNWRITTEN)
        sending = self._threads.start(partial(self._send, service, attempt))
        result = await self._patiently(sending, attempt)
        if result is None and not _was_refused(attempt):
            return _hopeless(attempt)
        return result or self._outcome(service, attempt, succeeded=False)

    def close(self) -> None:
        """Let go of the threads, which must be idle, and of the kept connections."""
        self._threads.close()
        POOL.close()

    def _send(self, service: _Service, attempt: Attempt) -> Outcome | None:
        """Send, in a thread of our own; keep at once what was taken."""
        result = self._outcome(service, attempt, succeeded=_send(service, attempt))
        if result.kind is Kind.DELIVERED and self._taken is not None:
            self._taken(Sent(attempt.card.delivery_id, result.reason, result.posted))
        return result

    def _outcome(self, service: _Service, attempt: Attempt, *, succeeded: bool) -> Outcome:
        by_relay = relay_address(service.url) is not None
        return outcome(attempt.events, self._clock.now(), succeeded=succeeded, relay=by_relay)

    async def _write_all(self, orders: Sequence[_Order]) -> Sequence[_Written | Exception]:
        """Write messages in a thread of our own, one after the other.

        What is done to many in a row is done in half the time: the processor has it at hand.
        """
        return await self._threads.start(lambda: [self._written(order) for order in orders])

    def _written(self, order: _Order) -> _Written | Exception:
        try:
            attempt = Attempt(self._desk.written(order.message, order.delivery), order.posted)
            with underway(attempt):
                # Here and not in the event loop: making a plugin is the plugin's code, and the
                # guard watches it.
                service = self._service(order.channel)
                if isinstance(service.plugin, NewsEmail):
                    attempt.mail = service.plugin.written(attempt.card)
        except Exception as error:  # noqa: BLE001 -- it is about one message, and told of that one
            return error
        return service, attempt

    def _service(self, channel: ChannelDocument) -> _Service:
        """Return the channel's plugin, made anew where its URL changed or another thread has it."""
        url = channel.url.get_secret_value()
        with self._lock:
            kept = self._services.get(channel.id)
            if kept is not None and kept.url == url and not kept.lock.locked():
                self._services.move_to_end(channel.id)
                return kept
        plugin = service_for(url, self._relay)
        service = _Service(url, plugin)
        with self._lock:
            self._services[channel.id] = service
            if len(self._services) > KEPT_SERVICES:
                self._services.popitem(last=False)
        return service

    async def _patiently(
        self, sending: "asyncio.Future[Outcome | None]", attempt: Attempt
    ) -> Outcome | None:
        """Return what became of it; None where it does not come back even when broken off."""
        loop = asyncio.get_running_loop()
        enough = loop.call_later(self._patience.total_seconds(), _break_off, sending, attempt)
        try:
            return await sending
        except asyncio.CancelledError:
            attempt.give_up()
            raise
        finally:
            enough.cancel()


def _break_off(sending: "asyncio.Future[Outcome | None]", attempt: Attempt) -> None:
    attempt.give_up()
    sending.get_loop().call_later(LAST_WORDS.total_seconds(), settle, sending, None)


def _send(service: _Service, attempt: Attempt) -> bool:
    """Send, in a thread of our own; return what Apprise says."""
    with underway(attempt):
        if attempt.given_up:  # while it waited for a thread
            return False
        with service.lock:
            return _notify(service, attempt)


def _notify(service: _Service, attempt: Attempt) -> bool:
    """Return what Apprise says; whatever a plugin raises is a failure like another.

    Its plugin is asked without the rest of Apprise, which does for many services what we do for
    the one: threads, time limits, tries. That took a tenth of the time of a message.
    """
    writing = writing_for(schema_of(service.url))
    try:
        return bool(
            service.plugin.notify(
                title=_title(attempt.card, writing, service.plugin),
                body=_body(attempt.card, writing, service.plugin),
                body_format=writing.apprise_format,
            )
        )
    except Exception as error:  # noqa: BLE001 -- plugins are many, and raise what they like
        # Not what it says, which may repeat a URL.
        log.warning("plugin broke", schema=schema_of(service.url), error=type(error).__name__)
        return False


def _title(written: Written, writing: Writing, plugin: Any) -> str:
    if not writing.titled or plugin.title_maxlen <= 0:
        return ""
    return cut(written.subject, plugin.title_maxlen)


def _body(written: Written, writing: Writing, plugin: Any) -> str:
    if isinstance(plugin, NewsEmail):
        return (
            written.subject
        )  # its mail is written already; Apprise wants a body that is not empty
    return note(written, writing.form, plugin.body_maxlen - MARGIN)


def _was_refused(attempt: Attempt) -> bool:
    """Tell whether an answer came, though the plugin did not come back: it waits to try again."""
    last = attempt.events[-1] if attempt.events else None
    return isinstance(last, HttpReply) and last.status >= 400


def _hopeless(attempt: Attempt) -> Outcome:
    """Return what to think of an attempt that never came back; it can connect nowhere any more."""
    if attempt.sent:
        return Outcome(Kind.AMBIGUOUS, "no answer in time")
    return Outcome(Kind.TRANSIENT, "could not connect in time")
