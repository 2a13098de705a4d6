from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from tocsin_notifier.messages.card import Card


@dataclass(frozen=True, slots=True)
class Mail:
    """``text`` and ``html`` tell the same; ``text`` has every link in full."""

    subject: str
    text: str
    html: str


def mail(card: Card) -> Mail:
    return Mail(
        subject=card.subject,
        text=_template("mail.txt.j2").render(card=card),
        html=_template("mail.html.j2").render(card=card),
    )


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tocsin_notifier.messages"),
        autoescape=select_autoescape(("html.j2",), ("txt.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
