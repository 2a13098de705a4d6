"""Language tags (BCP 47)."""

UNKNOWN = "und"


def speaks(tag: str, wanted: str) -> bool:
    """Tell whether a text tagged ``tag`` is in ``wanted``: ``pt`` takes ``pt-BR``, not the reverse.

    Source: basic filtering, RFC 4647 section 3.3.1.
    """
    tag, wanted = tag.lower().replace("_", "-"), wanted.lower().replace("_", "-")
    return tag == wanted or tag.startswith(f"{wanted}-")
