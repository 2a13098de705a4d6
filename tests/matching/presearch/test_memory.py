"""Tables of the size that they may ever get take the memory that they need by now."""

import os
import subprocess
from pathlib import Path

import numpy as np

from tocsin.matching.presearch.kernel.memory import reserve


TERABYTE = 1 << 40


def test_addresses_are_reserved_beyond_all_memory_and_written_to_as_if_it_were_there() -> None:
    table = reserve(TERABYTE // 8, np.uint64)

    table[0] = table[-1] = 7

    assert (table[0], table[1], table[-1]) == (7, 0, 7)


def test_a_process_with_tables_beyond_all_memory_can_start_others_by_a_fork() -> None:
    tables = [reserve(TERABYTE // 8, np.uint64) for _ in range(2)]

    # With something to do before exec, subprocess forks.
    code = subprocess.run(["true"], check=True, preexec_fn=os.getpgrp).returncode

    assert code == 0
    assert all(table[0] == 0 for table in tables)


def test_what_is_not_written_to_takes_no_memory() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    table = reserve(TERABYTE // 8, np.uint64)
    table[: 1 << 10] = 1

    assert resident() - before < 1 << 26
