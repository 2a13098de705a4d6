"""Styles that are put into our templates are those that would be put into each mail."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, PackageLoader, select_autoescape

from notifier.alerts import ID, an_alert
from tocsin_notifier.messages import card
from tocsin_notifier.messages.styles import STYLES, InliningLoader, inlined


TEMPLATES = PackageLoader("tocsin_notifier.messages")
Style = dict[str, str]


class Elements(HTMLParser):
    """Collects each element that has classes, with its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Style]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if classes := values.get("class"):
            self.found.append((tag, classes, _style(values.get("style") or "")))


def _style(text: str) -> Style:
    """Return what each property has, the last of those of one name."""
    pairs = (part.partition(":") for part in text.split(";") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def test_every_element_of_a_mail_looks_as_if_it_was_styled_by_itself() -> None:
    alert = an_alert()
    values = {"card": card(alert, ID)}

    styled = _environment(inlining=True).get_template("mail.html.j2").render(values)
    plain = _environment(inlining=False).get_template("mail.html.j2").render(values)

    assert Elements(styled).found == Elements(inlined(plain)).found
    assert len(Elements(styled).found) > 20


def test_what_depends_on_the_screen_stays_in_the_head() -> None:
    styles, _, _ = InliningLoader(TEMPLATES).get_source(Environment(autoescape=True), STYLES)

    assert "prefers-color-scheme: dark" in styles
    assert ".pad { padding: 0 32px; }" not in styles


@pytest.mark.parametrize(
    "name", [name for name in TEMPLATES.list_templates() if name.endswith(".html.j2")]
)
def test_our_templates_are_styled_by_classes_that_they_name(name: str) -> None:
    source, _, _ = TEMPLATES.get_source(Environment(autoescape=True), name)
    styles, _, _ = TEMPLATES.get_source(Environment(autoescape=True), STYLES)

    # Which is what lets a template be styled without knowing what it will hold.
    assert "{" not in "".join(re.findall(r'class="([^"]*)"', source))
    selectors = re.findall(r"^\s*([^@{}\n]+?)\s*\{", styles, re.MULTILINE)
    assert all(re.fullmatch(r"\.[a-z]+(, \.[a-z]+)*", each) for each in selectors), selectors


def _environment(*, inlining: bool) -> Environment:
    return Environment(
        loader=InliningLoader(TEMPLATES) if inlining else TEMPLATES,
        autoescape=select_autoescape(("html.j2",), ("txt.j2", "css")),
        trim_blocks=True,
        lstrip_blocks=True,
    )
