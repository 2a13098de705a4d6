"""What ``tocsin up`` shows: lines of the processes, and what is being waited for."""

import re
import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.status import Status
from rich.text import Text

from tocsin_cli.supervision.plan import LOOPBACK, Child
from tocsin_cli.supervision.roles import Role


COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")
WIDTH = 10  # of the column of names

# As our services' logs write them for people.
SEVERE = re.compile(r"\[(warning|error|critical) *\]")
SEVERITIES = {"warning": "yellow", "error": "red", "critical": "bold red"}


class TerminalScreen:
    """Lines with coloured names, above a line that tells what is being waited for.

    Where ``plain``, or where nobody watches, there are no colours and no line that changes.
    """

    def __init__(self, console: Console, *, plain: bool, data: str) -> None:
        self._console = console
        self._data = data
        self._status = Status("", console=console) if console.is_terminal and not plain else None
        self._colours: dict[str, str] = {}
        self._shown = ""

    def line(self, name: str, text: str) -> None:
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        shown = Text.from_ansi(text)
        if severity := SEVERE.search(shown.plain):
            shown.stylize(SEVERITIES[severity[1]])
        self._print(Text.assemble((f"{name:<{WIDTH}} ", colour), ("| ", "dim"), shown))

    def note(self, text: str) -> None:
        self._print(Text(text))

    def ended(self, name: str, why: str, again_in_s: float) -> None:
        self._print(Text(f"{name}: {why}; starts again in {again_in_s:g} s", "bold red"))

    def waiting(self, what: str) -> None:
        if what == self._shown:
            return
        self._shown = what
        if self._status is None:
            if what:
                self._print(Text(what))
        elif what:
            self._status.update(what)
            self._status.start()
        else:
            self._status.stop()

    def ready(self, children: Sequence[Child], took_s: float) -> None:
        self.waiting("")
        self._print(welcome(children, took_s, self._data, own_name()))

    def close(self) -> None:
        if self._status is not None:
            self._status.stop()

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def welcome(children: Sequence[Child], took_s: float, data: str, tocsin: str) -> Text:
    """Return what is said when all is ready: where things are, and what to try."""
    ports = {child.role: child.port for child in reversed(children)}
    text = Text.assemble(
        "\n", (f"Tocsin is ready ({took_s:.1f} s).", "bold green"), f" Data: {data}\n\n"
    )
    if Role.CONSOLE in ports:
        text.append(f"  console  http://{LOOPBACK}:{ports[Role.CONSOLE]}/\n")
    if Role.INGEST in ports:
        text.append(f"  ingest   http://{LOOPBACK}:{ports[Role.INGEST]}/v1/articles\n")
    if Role.INGEST in ports:
        text.append("\nTry, in another terminal:\n")
        text.append(f"  {tocsin} push --demo", "bold").append("   an article from the Sahel\n")
        if Role.INBOX in ports:
            text.append(f"  {tocsin} inbox", "bold").append("         the alerts that it caused\n")
        text.append(f"  {tocsin} status", "bold").append("        how everything is\n")
    return text.append("\nCtrl-C stops everything; nothing acknowledged is lost.\n")


def own_name() -> str:
    """Return what a person types to call us."""
    found = shutil.which("tocsin")
    return "tocsin" if found and found == shutil.which(sys.argv[0]) else sys.argv[0]
