"""Where Apprise meets SMTP: connections that are kept, and a dialogue that tells how far it went.

Only a connection lost after the final dot and before its answer leaves it open whether the
server has the message. Everything before that is known, and may simply be done again.
"""

import smtplib
import socket
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from threading import Lock
from typing import NoReturn, Self

from apprise.plugins.email import base as apprise_email
from apprise.plugins.email.smtp import AppriseSMTPController, SMTPSecureMode

from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.attempt import SmtpLost, SmtpReply, Stage, WireEvent, current


CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 15
# A server may look at a message for long before it takes it, and whoever hangs up then gets it twice.
ANSWER_TIMEOUT_S = 40
MAX_IDLE_S = 30  # many servers hang up after a minute or more
MAX_MESSAGES = 100  # on one connection
MAX_KEPT = 64  # connections to one server, as many as may be under way to it
MAX_TEXT = 200

OK, OK_FORWARDED, GO_ON, CLOSING = 250, 251, 354, 421
TAKEN = {Stage.MAIL: {OK}, Stage.RCPT: {OK, OK_FORWARDED}, Stage.DATA: {GO_ON}}


@dataclass(frozen=True, slots=True)
class Server:
    """One server, seen by one account; ``lifted`` keeps what the operator may reach apart."""

    host: str
    port: int
    secure_mode: str
    user: str | None
    password: str | None = field(repr=False)
    verify: bool
    lifted: bool


@dataclass(slots=True)
class Connection:
    smtp: smtplib.SMTP
    messages: int = 0
    idle_since: float = 0.0

    def close(self) -> None:
        with suppress(OSError):
            self.smtp.close()


class ConnectionPool:
    def __init__(self) -> None:
        self._idle: defaultdict[Server, deque[Connection]] = defaultdict(deque)
        self._lock = Lock()

    def take(self, server: Server) -> Connection | None:
        """Return the connection used last, if it is fresh enough to be alive."""
        with self._lock:
            idle = self._idle[server]
            while idle:
                connection = idle.pop()
                if time.monotonic() - connection.idle_since < MAX_IDLE_S:
                    return connection
                connection.close()
        return None

    def give_back(self, server: Server, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            if connection.messages < MAX_MESSAGES and len(self._idle[server]) < MAX_KEPT:
                self._idle[server].append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            for idle in self._idle.values():
                while idle:
                    idle.pop().close()


POOL = ConnectionPool()


class _LostError(OSError):
    def __init__(self, stage: Stage, error: BaseException) -> None:
        super().__init__(str(error))
        self.stage = stage
        self.error = error


class PooledSMTP(AppriseSMTPController):  # type: ignore[misc]  # Apprise is not typed
    """Apprise's controller, on connections that outlive it."""

    def __enter__(self) -> Self:
        self._server = Server(
            self.host,
            self.port,
            self.secure_mode,
            self.user,
            self.password,
            self.verify_certificate,
            egress.is_lifted(),
        )
        self._connection = POOL.take(self._server)
        self._reused = self._connection is not None
        if self._connection is None:
            self._connection = self._connect()
        return self

    def sendmail(self, from_addr: str, to_addrs: list[str], message: str | bytes) -> bool:
        """Send to the one recipient there is; what came of it is noted with the attempt."""
        data = message.encode("utf-8", "surrogateescape") if isinstance(message, str) else message
        try:
            try:
                reply = self._dialogue(from_addr, to_addrs, data)
            except _LostError as lost:
                if not self._reused or lost.stage is Stage.ANSWER or _given_up():
                    raise
                # The server hung up on a connection that we kept: nothing was taken yet.
                self._drop()
                self._connection, self._reused = self._connect(), False
                reply = self._dialogue(from_addr, to_addrs, data)
        except _LostError as lost:
            self._drop()
            _note(SmtpLost(lost.stage, type(lost.error).__name__))
            return False
        _note(reply)
        if reply.code == CLOSING:
            self._drop()
        return reply.stage is Stage.ANSWER and reply.code == OK

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if error is not None:
            connection.close()
        else:
            POOL.give_back(self._server, connection)

    def _dialogue(self, from_addr: str, to_addrs: list[str], data: bytes) -> SmtpReply:
        """Return the answer that decided."""
        assert self._connection is not None
        smtp = self._connection.smtp
        self._connection.messages += 1
        if (attempt := current()) is not None:
            attempt.connection = smtp.sock
        stage = Stage.MAIL
        try:
            if _given_up():
                raise ConnectionAbortedError("the attempt was given up")
            for stage, (code, text) in _opening(smtp, from_addr, to_addrs, data):
                if code not in TAKEN[stage]:
                    return self._refused(stage, code, text)
            # In one piece: the dot for itself would wait for the acknowledgement of the rest.
            smtp.send(_dotted(data))
            stage = Stage.ANSWER
            _message_left()
            _wait_at_most(ANSWER_TIMEOUT_S, smtp)
            code, text = smtp.getreply()
            _wait_at_most(COMMAND_TIMEOUT_S, smtp)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise _LostError(stage, error) from error
        return SmtpReply(stage, code, _text(text))

    def _refused(self, stage: Stage, code: int, text: bytes) -> SmtpReply:
        assert self._connection is not None
        if code == CLOSING and self._reused:
            raise _LostError(stage, smtplib.SMTPServerDisconnected("kept too long"))
        if self._connection.smtp.has_extn("pipelining"):
            self._drop()  # it may wait for a message, and answers to what followed are on their way
            return SmtpReply(stage, code, _text(text))
        try:
            self._connection.smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()  # it said why, and left; what it said counts
        return SmtpReply(stage, code, _text(text))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        """Connect, secure the line, and log in; a failure is noted, and ends the sending.

        Raises:
            OSError, SMTPException: it failed.
        """
        stage = Stage.CONNECT
        with ExitStack() as unless_it_works:
            try:
                smtp = self._greeted()
                unless_it_works.callback(smtp.close)
                smtp.ehlo_or_helo_if_needed()
                if self.secure_mode == SMTPSecureMode.STARTTLS:
                    smtp.starttls(context=_tls(verify=self.verify_certificate))
                    smtp.ehlo()
                stage = Stage.AUTH
                if self.user and self.password:
                    smtp.login(self.user, self.password)
            except (OSError, smtplib.SMTPException, ValueError) as error:
                _fail(stage, error)
            unless_it_works.pop_all()
        assert smtp.sock is not None
        smtp.sock.settimeout(COMMAND_TIMEOUT_S)
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(smtp)

    def _greeted(self) -> smtplib.SMTP:
        if self.secure_mode != SMTPSecureMode.SSL:
            return smtplib.SMTP(self.host, self.port, _our_name(), timeout=CONNECT_TIMEOUT_S)
        return smtplib.SMTP_SSL(
            self.host,
            self.port,
            _our_name(),
            timeout=CONNECT_TIMEOUT_S,
            context=_tls(verify=self.verify_certificate),
        )


def _fail(stage: Stage, error: OSError | smtplib.SMTPException | ValueError) -> NoReturn:
    match error:
        case smtplib.SMTPResponseException():
            _note(SmtpReply(stage, error.smtp_code, _text(error.smtp_error)))
        case egress.EgressBlockedError():
            pass  # the guard has noted it
        case smtplib.SMTPNotSupportedError():
            _note(SmtpLost(stage, str(error)))
        case _:
            _note(SmtpLost(stage, type(error).__name__))
    raise error


def _note(event: WireEvent) -> None:
    if (attempt := current()) is not None:
        attempt.note(event)


def _message_left() -> None:
    if (attempt := current()) is not None:
        attempt.sent = True


def _given_up() -> bool:
    attempt = current()
    return attempt is not None and attempt.given_up


def _opening(
    smtp: smtplib.SMTP, from_addr: str, to_addrs: list[str], data: bytes
) -> Iterator[tuple[Stage, tuple[int, bytes]]]:
    """Send what comes before the message, and yield the answer to each command, in order.

    Where the server knows RFC 2920, all of it in one piece: so a mail takes two round trips
    instead of four. Who stops reading has to close the connection, since answers are left.
    """
    options = _options(smtp, from_addr, to_addrs, data)
    if not smtp.has_extn("pipelining"):
        yield Stage.MAIL, smtp.mail(from_addr, options)
        for address in to_addrs:
            yield Stage.RCPT, smtp.rcpt(address)
        yield Stage.DATA, smtp.docmd("DATA")
        return
    commands = [
        " ".join((f"MAIL FROM:{_quoted(from_addr)}", *options)),
        *(f"RCPT TO:{_quoted(address)}" for address in to_addrs),
        "DATA",
    ]
    if any("\r" in command or "\n" in command for command in commands):
        raise ValueError("an address holds a line break")
    smtp.send("".join(f"{command}\r\n" for command in commands))
    yield Stage.MAIL, smtp.getreply()
    for _ in to_addrs:
        yield Stage.RCPT, smtp.getreply()
    yield Stage.DATA, smtp.getreply()


_quoted = lru_cache(maxsize=10_000)(smtplib.quoteaddr)  # the same few, again and again


def _options(smtp: smtplib.SMTP, from_addr: str, to_addrs: list[str], data: bytes) -> list[str]:
    options = [f"size={len(data)}"] if smtp.has_extn("size") else []
    if not all(address.isascii() for address in (from_addr, *to_addrs)):
        # RFC 6531. A server that does not know it answers MAIL with an error, which is the truth.
        smtp.command_encoding = "utf-8"
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _dotted(data: bytes) -> bytes:
    """Return the message as it goes over the wire (RFC 5321, 4.5.2), with its final dot."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n")
    dotted = (b"\n" + lines).replace(b"\n.", b"\n..")[1:]
    return dotted.replace(b"\n", b"\r\n") + b"\r\n.\r\n"


def _wait_at_most(seconds: float, smtp: smtplib.SMTP) -> None:
    assert smtp.sock is not None
    smtp.sock.settimeout(seconds)


@cache
def _our_name() -> str:
    """Return what we call ourselves to servers; it may take a look-up, so it is asked once."""
    return socket.getfqdn()


def _text(text: bytes | str) -> str:
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(shown.split())[:MAX_TEXT]


@cache
def _tls(*, verify: bool) -> ssl.SSLContext:
    """Return a context; it takes 20 ms to make, so it is made once."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def install() -> None:
    """Put the pooled controller in the place of Apprise's own."""
    apprise_email.AppriseSMTPController = PooledSMTP
