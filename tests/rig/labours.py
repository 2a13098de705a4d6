"""Work for processes in the tests of a crew; a process can only import what has a module's name."""

import os
from collections.abc import Callable


def squaring() -> Callable[[int], tuple[int, int]]:
    return lambda number: (number * number, os.getpid())


def ending() -> Callable[[int], None]:
    return os._exit
