"""What whoever watches ``tocsin up`` is told."""

from collections.abc import Sequence
from typing import Protocol

from tocsin_cli.supervision.plan import Child


class Screen(Protocol):
    def line(self, name: str, text: str) -> None:
        """Show a line that a process wrote."""
        ...

    def note(self, text: str) -> None:
        """Show a line of our own."""
        ...

    def ended(self, name: str, why: str, again_in_s: float) -> None:
        """Show that a process ended by itself, and when it starts again."""
        ...

    def waiting(self, what: str) -> None:
        """Show what is being waited for just now, in the place of what was shown before; empty: nothing."""
        ...

    def ready(self, children: Sequence[Child], took_s: float) -> None:
        """Show that all is ready, and what to do next."""
        ...
