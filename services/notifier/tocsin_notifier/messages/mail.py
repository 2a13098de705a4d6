"""Mail: the templates that it is written from, ours or the operator's over them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tocsin_notifier.messages.card import Card
from tocsin_notifier.messages.memo import Memo, Written
from tocsin_notifier.messages.sheet import Section, Sheet
from tocsin_notifier.messages.styles import InliningLoader, inlined


log = structlog.get_logger()

# Gmail shows no more than 102 kB of a mail; people on the road are thankful for less.
MAX_HTML = 30_000  # bytes

_OURS = PackageLoader("tocsin_notifier.messages")
OVERRIDABLE = frozenset(_OURS.list_templates())


@dataclass(frozen=True, slots=True)
class Mail:
    """``text`` and ``html`` tell the same; ``text`` has every link in full."""

    subject: str
    text: str
    html: str


class Letters:
    """Writes mails.

    Args:
        folder: the operator's templates, which stand in for ours of the same name. One that
            breaks is told of in the log, and ours is used in its place: nothing is lost by it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._ours = _environment(Environment, InliningLoader(_OURS))
        self._theirs = (
            _environment(
                ImmutableSandboxedEnvironment, ChoiceLoader([FileSystemLoader(folder), _OURS])
            )
            if folder
            else None
        )
        self._folder = folder
        self._replaced = FileSystemLoader(folder).list_templates() if folder else []

    def problems(self) -> Iterator[str]:
        """Tell what is wrong with the operator's templates, as far as can be seen before the first mail."""
        if self._theirs is None or self._folder is None:
            return
        if not self._folder.is_dir():
            yield f"there is no folder {self._folder}"
        for name in FileSystemLoader(self._folder).list_templates():
            if name not in OVERRIDABLE:
                yield f"{name} stands in for none of {', '.join(sorted(OVERRIDABLE))}"
                continue
            try:
                self._theirs.get_template(name)
            except Exception as error:  # noqa: BLE001 -- a template may break in any way
                yield f"{name}: {error}"

    def write(self, written: Written) -> Mail:
        """Return the mail; of a digest that is too long for one, its beginning."""
        name, kind = _template_of(written)
        mail = self._written(written, name, kind)
        if isinstance(written, Sheet):
            for shorter in _shorter(written):
                if len(mail.html.encode()) <= MAX_HTML:
                    break
                mail = self._written(shorter, name, kind)
        return mail

    def _written(self, written: Written, name: str, kind: str) -> Mail:
        values = {kind: written}
        return Mail(
            subject=written.subject,
            text=self._rendered(f"{name}.txt.j2", values),
            html=self._rendered(f"{name}.html.j2", values, finish=inlined),
        )

    def _rendered(
        self, name: str, values: Mapping[str, object], finish: Callable[[str], str] = str
    ) -> str:
        """Return what is written from a template; ``finish`` is what an operator's needs besides."""
        if self._theirs is not None and self._has_a_part_of_theirs(name):
            try:
                return finish(self._theirs.get_template(name).render(values))
            except Exception as error:  # noqa: BLE001 -- a template may break in any way
                log.warning("template is broken, ours is used", template=name, error=str(error))
        return self._ours.get_template(name).render(values)

    def _has_a_part_of_theirs(self, name: str) -> bool:
        """Tell whether an operator's template is used: itself, or one that it may be made from."""
        return any(_is_text(replaced) == _is_text(name) for replaced in self._replaced)


def _is_text(name: str) -> bool:
    return name.endswith(".txt.j2")


def _template_of(written: Written) -> tuple[str, str]:
    """Return the templates' name, and what they call what they write."""
    match written:
        case Card():
            return "mail", "card"
        case Sheet():
            return "digest", "sheet"
        case Memo():
            return "memo", "memo"


def _shorter(sheet: Sheet) -> Iterator[Sheet]:
    """Yield the digest with less and less: without leads, then with fewer stories."""
    bare = replace(
        sheet,
        sections=[
            Section(section.name, [replace(item, lead="") for item in section.items])
            for section in sheet.sections
        ],
    )
    yield bare
    total = sum(len(section.items) for section in sheet.sections)
    for most in (total * 3 // 4, total // 2, total // 4, total // 8):
        yield _cut(bare, most)


def _cut(sheet: Sheet, most: int) -> Sheet:
    """Return the digest with at most so many stories and missed alerts; the rest is counted."""
    sections: list[Section] = []
    room = most
    for section in sheet.sections:
        if room > 0:
            sections.append(Section(section.name, section.items[:room]))
        room -= len(section.items)
    kept = sum(len(section.items) for section in sections)
    total = sum(len(section.items) for section in sheet.sections)
    return replace(
        sheet,
        sections=sections,
        more=sheet.more + total - kept,
        lost=sheet.lost[:most],
        more_lost=sheet.more_lost + len(sheet.lost[most:]),
    )


def _environment(kind: type[Environment], loader: BaseLoader) -> Environment:
    return kind(
        loader=loader,
        autoescape=select_autoescape(("html.j2",), ("txt.j2", "css")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # to look at the files for each mail takes longer than to write it
    )


OURS = Letters()


def mail(written: Written) -> Mail:
    """Return the mail by our own templates."""
    return OURS.write(written)
