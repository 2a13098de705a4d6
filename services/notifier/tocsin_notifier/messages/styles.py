"""Styles go where every mail program sees them: into the elements. Media queries stay in the head.

To find out what styles which element takes longer than to write the rest of a mail. In our own
templates each element names its classes in so many words, so it is found out once for each template;
an operator's may be written in any way, and are read mail by mail.
"""

import re
from collections.abc import Callable
from functools import cache

from css_inline import CSSInliner
from jinja2 import BaseLoader, Environment


MARKUP, STYLES = ".html.j2", "mail.css"

_INLINER = CSSInliner(
    keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
)
_CLASSES = re.compile(r' class="(?P<classes>[^"{}]*)"(?P<others>[^<>]*)>')
_STYLE = re.compile(r' style="([^"]*)"')
_AT_RULES = re.compile(r"<style>(.*)</style>", re.DOTALL)


def inlined(html: str) -> str:
    """Return a mail with its styles in its elements."""
    return _INLINER.inline(html)


class InliningLoader(BaseLoader):
    """Loads our own templates with the styles in their elements already."""

    def __init__(self, templates: BaseLoader) -> None:
        self._templates = templates

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, path, fresh = self._templates.get_source(environment, template)
        if template == STYLES:
            source = _at_rules(source)
        elif template.endswith(MARKUP):
            styles, _, _ = self._templates.get_source(environment, STYLES)
            source = _CLASSES.sub(lambda found: _styled(styles, found), source)
        return source, path, fresh


def _styled(styles: str, found: re.Match[str]) -> str:
    own = _STYLE.search(found["others"])
    style = _style_of(styles, found["classes"], own[1] if own else "")
    others = _STYLE.sub("", found["others"]) + (f' style="{style}"' if style else "")
    return f' class="{found["classes"]}"{others}>'


@cache
def _style_of(styles: str, classes: str, own: str) -> str:
    """Return what an element of these classes has for its style; by its classes alone."""
    page = f'<style>{styles}</style><div class="{classes}" style="{own}"></div>'
    found = _STYLE.search(inlined(page).partition("<body>")[2])
    return found[1] if found else ""


def _at_rules(styles: str) -> str:
    found = _AT_RULES.search(inlined(f"<style>{styles}</style>"))
    return found[1] if found else ""
