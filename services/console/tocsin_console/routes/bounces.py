"""What is done about a bounce: the delivery is marked, the address suppressed, the channel disabled."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from tocsin.documents.channel_url import mail_address
from tocsin.errors import NotFoundError
from tocsin.ports.suppressions import Cause, Suppression
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.bounce_reports import BounceKind, Report, delivery_of


MOST = 1_000  # in one request

Line = Annotated[str, StringConstraints(pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}]*$", max_length=300)]


class Bounce(BaseModel):
    """A bounce or complaint as a mail provider's webhook can be made to say it.

    ``message_id`` is that of the message as it was sent. Without it only ``address`` is suppressed.
    ``status`` is an enhanced status code (RFC 3463), such as 5.1.1.
    """

    model_config = ConfigDict(extra="forbid")

    kind: BounceKind
    message_id: Line = Field(
        default="", examples=["<2f9355d8dff88ba9d2a040ede01efe6d@example.org>"]
    )
    address: Line = Field(default="", examples=["ann@example.org"])
    status: Annotated[str, StringConstraints(pattern=r"^([245]\.\d{1,3}\.\d{1,3})?$")] = Field(
        default="", examples=["5.1.1"]
    )
    reason: Line = Field(default="", examples=["550 5.1.1 no such user"])

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.message_id and not self.address:
            raise ValueError("needs message_id or address")
        return self

    def report(self) -> Report:
        return Report(delivery_of(self.message_id), self.kind, self.status, self.reason)


class Bounces(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[tuple[Bounce, ...], Field(min_length=1, max_length=MOST)]


class Taken(BaseModel):
    """What came of a bounce. ``ignored`` says why nothing did."""

    delivery: str = ""
    bounced: bool = False
    suppressed: bool = False
    ignored: str = ""


async def take(backends: Backends, report: Report, address: str = "") -> Taken:
    """Do what a report asks for; it may be repeated.

    ``address`` is one to believe where the report names no message of ours: whoever gives it has
    the token. Otherwise the channel's own counts.
    """
    try:
        record = await backends.deliveries.get(report.delivery)
    except NotFoundError:
        if address and report.condemns_the_address:
            await _suppress(backends, address, report)
            return Taken(suppressed=True)
        return Taken(ignored="names no message of ours")
    if report.kind is BounceKind.TRANSIENT:
        return Taken(delivery=report.delivery, ignored="it may arrive yet")
    said = (
        f"{report.status} {report.reason}".strip()
        if report.status not in report.reason
        else (report.reason)
    )
    bounced = await backends.deliveries.bounced(report.delivery, said or report.kind)
    suppressed = report.condemns_the_address and await _condemn(
        backends, record.delivery.channel_id, report, said
    )
    return Taken(delivery=report.delivery, bounced=bounced, suppressed=suppressed)


async def _condemn(backends: Backends, channel_id: str, report: Report, said: str) -> bool:
    """Suppress the channel's address and disable it; tell whether there was one."""
    directory = await backends.subscribers.directory()
    try:
        url = directory.channel(channel_id).url.get_secret_value()
        address = mail_address(url)
        if address is None:
            return False
        await _suppress(backends, address, report)
        now = backends.clock.now()
        await backends.subscribers.stand(
            channel_id,
            lambda standing: (
                standing
                if standing.disabled_at
                else standing.failed(now, f"{report.kind}: {said}", for_good=True)
            ),
        )
    except NotFoundError:  # it is gone, and with it whatever would be sent there
        return False
    return True


async def _suppress(backends: Backends, address: str, report: Report) -> None:
    cause = Cause.COMPLAINT if report.kind is BounceKind.COMPLAINT else Cause.BOUNCE
    reason = report.reason or report.status
    await backends.suppressions.add(Suppression(address, cause, reason, backends.clock.now()))
