from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A message; frozen, and tolerant of fields that a newer sender added.

    ``stream`` is the whole key. Every key of ours carries the hash tag ``{tocsin}``,
    so that one script may touch any of them on a Redis Cluster.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stream: ClassVar[str]
