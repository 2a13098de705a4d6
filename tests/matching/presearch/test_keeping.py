"""Compiled code is kept, and where it cannot be, each start compiles it anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.matching.presearch import must_compile


# A function that compiles in a moment, kept as the kernel's are.
COMPILE = """
import numpy as np
from tocsin.matching.presearch.kernel.jit import exported, is_kept

@exported
def double(numbers):
    return numbers[0] * 2

before = is_kept(double)
assert double(np.array([21])) == 42
print(before, is_kept(double))
"""


def compiled(script: Path, cache: Path) -> str:
    script.write_text(COMPILE)
    environment = {"NUMBA_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, check=True, text=True
    ).stdout.strip()


@pytest.mark.slow
def test_code_is_compiled_once_and_kept(tmp_path: Path) -> None:
    script, cache = tmp_path / "double.py", tmp_path / "kept"

    assert compiled(script, cache) == "False True"
    assert compiled(script, cache) == "True True"


@pytest.mark.slow
def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(tmp_path: Path) -> None:
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")

    assert compiled(tmp_path / "double.py", not_a_folder / "cache") == "False False"


def test_plain_python_needs_no_compiling() -> None:
    assert not must_compile("python")
