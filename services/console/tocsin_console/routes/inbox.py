"""The demo inbox's messages as they are shown."""

from pydantic import AwareDatetime, BaseModel

from tocsin.ports.inbox import InboxMessage


class MessageSummary(BaseModel):
    id: str
    kind: str
    received_at: AwareDatetime
    recipient: str
    subject: str


class Message(MessageSummary):
    text: str
    html: str
    raw: str


def summary(message: InboxMessage) -> MessageSummary:
    return MessageSummary(
        id=message.id,
        kind=message.kind,
        received_at=message.received_at,
        recipient=message.recipient,
        subject=message.subject,
    )


def full(message: InboxMessage) -> Message:
    return Message(
        **summary(message).model_dump(),
        text=message.text,
        html=message.html,
        raw=message.raw.decode(errors="replace"),
    )
