"""Language tags (BCP 47)."""

import re


_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def is_tag(text: str) -> bool:
    """Tell whether the text has the form of a language tag; ``english`` has not."""
    return _TAG.fullmatch(text) is not None


def speaks(tag: str, wanted: str) -> bool:
    """Tell whether a text tagged ``tag`` is in ``wanted``: ``pt`` takes ``pt-BR``, not the reverse.

    Source: basic filtering, RFC 4647 section 3.3.1.
    """
    tag, wanted = tag.lower().replace("_", "-"), wanted.lower().replace("_", "-")
    return tag == wanted or tag.startswith(f"{wanted}-")
