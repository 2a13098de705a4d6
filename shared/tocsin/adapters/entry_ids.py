"""Ids of entries of a stream, as people give them: the server takes others for an error of ours."""

import re


_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_LARGEST = 2**64 - 1


def is_entry_id(text: str) -> bool:
    found = _ID.fullmatch(text)
    return found is not None and all(int(part) <= _LARGEST for part in found.groups())
