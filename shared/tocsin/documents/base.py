from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


# Ids stand in URLs, file names, keys and log lines, so they are plain.
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", min_length=1, max_length=64)
]
# A name stands in subjects, headers and terminals, so it is one line without control characters.
Name = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}]+$", strip_whitespace=True, min_length=1, max_length=200
    ),
]


class Document(BaseModel):
    """Frozen; a field that we do not know is refused, since it is most likely a typing error.

    Written under the names that people write (``except``), wherever it stands.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
