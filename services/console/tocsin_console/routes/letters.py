"""Dead letters as they are shown. A stream goes by its short name: ``articles``, ``matches``."""

from base64 import b64encode

from pydantic import AwareDatetime, BaseModel

from tocsin.ports.streams import TAG, DeadLetter, short_name


class LetterField(BaseModel):
    """A field of the entry. ``text`` is for reading, ``base64`` holds the exact bytes."""

    name: str
    size: int
    text: str
    base64: str


class LetterSummary(BaseModel):
    id: str
    stream: str
    group: str
    entry_id: str
    reason: str
    deliveries: int
    consumer: str
    at: AwareDatetime


class Letter(LetterSummary):
    traceback: str
    fields: tuple[LetterField, ...]


def whole(stream: str) -> str:
    return TAG + stream


def summary(letter: DeadLetter) -> LetterSummary:
    return LetterSummary(
        id=letter.id,
        stream=short_name(letter.stream),
        group=letter.group,
        entry_id=letter.entry_id,
        reason=letter.reason,
        deliveries=letter.deliveries,
        consumer=letter.consumer,
        at=letter.at,
    )


def full(letter: DeadLetter) -> Letter:
    return Letter(
        **summary(letter).model_dump(),
        traceback=letter.traceback,
        fields=tuple(field(name, value) for name, value in letter.fields.items()),
    )


def field(name: bytes, value: bytes) -> LetterField:
    return LetterField(
        name=readable(name),
        size=len(value),
        text=readable(value),
        base64=b64encode(value).decode(),
    )


def readable(value: bytes) -> str:
    """Return text with a dot for whatever cannot be shown."""
    text = value.decode(errors="replace").replace("\N{REPLACEMENT CHARACTER}", "·")
    return "".join(each if each.isprintable() or each in "\n\t" else "·" for each in text)
