"""An alert, written out for whoever reads it: as mail, for Slack, for other chats, as plain text.

Read ``card``, ``sheet`` and ``memo`` (what an alert, a digest and we ourselves tell), ``desk`` (who makes them), then ``mail``, ``slack`` and ``note`` (how it is written).
Nothing of an article can become markup, a header, a link or a mention: what is told is
plain text until the last step, which escapes all of it.
"""

from tocsin_notifier.messages.card import Card, card
from tocsin_notifier.messages.desk import WritingDesk
from tocsin_notifier.messages.mail import Letters, Mail, mail
from tocsin_notifier.messages.memo import Memo, Written, memo
from tocsin_notifier.messages.note import Form, note
from tocsin_notifier.messages.sheet import Sheet, sheet
from tocsin_notifier.messages.slack import blocks, fallback


__all__ = [
    "Card",
    "Form",
    "Letters",
    "Mail",
    "Memo",
    "Sheet",
    "WritingDesk",
    "Written",
    "blocks",
    "card",
    "fallback",
    "mail",
    "memo",
    "note",
    "sheet",
]
