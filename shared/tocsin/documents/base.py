from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


# Ids stand in URLs, file names, keys and log lines, so they are plain.
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", min_length=1, max_length=64)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Document(BaseModel):
    """Frozen; a field that we do not know is refused, since it is most likely a typing error.

    Written under the names that people write (``except``), wherever it stands.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
