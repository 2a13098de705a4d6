from dataclasses import dataclass
from functools import cache

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from tocsin_notifier.messages.card import Card
from tocsin_notifier.messages.sheet import Sheet


# What the elements have themselves is what every mail program shows; what depends on the screen
# stays in the head.
_INLINER = CSSInliner(
    keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
)


@dataclass(frozen=True, slots=True)
class Mail:
    """``text`` and ``html`` tell the same; ``text`` has every link in full."""

    subject: str
    text: str
    html: str


def mail(written: Card | Sheet) -> Mail:
    name, kind = ("mail", "card") if isinstance(written, Card) else ("digest", "sheet")
    return Mail(
        subject=written.subject,
        text=_template(f"{name}.txt.j2").render({kind: written}),
        html=_INLINER.inline(_template(f"{name}.html.j2").render({kind: written})),
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
