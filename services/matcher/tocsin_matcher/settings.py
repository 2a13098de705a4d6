from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from tocsin.matching import Shard
from tocsin.matching.presearch import Kernel
from tocsin.runtime.settings import Settings


class MatcherSettings(Settings):
    service: ClassVar[str] = "matcher"

    port: int = Field(default=8011, description="Where health and metrics are served.")
    concurrency: int = Field(
        default=16,
        ge=1,
        le=256,
        description="How many articles are under way at once; they share one core, and the waits for the store.",
    )
    kernel: Kernel = Field(
        default="auto",
        description="What finds the rules that an article may match: numba (compiled), python "
        "(a fortieth of the speed), auto: numba where it is installed",
    )
    shard: str = Field(
        default="1/1",
        description="Which part of the rules this matcher has, as in 2/4; each part needs a matcher",
    )
    jobs: int = Field(
        default=0,
        ge=0,
        le=64,
        description="How many processes read the rules at a start without a snapshot; "
        "0: as many as there are processors, up to 8",
    )
    snapshot_dir: Path | None = Field(
        default=None,
        description="A folder for a snapshot of the rules, from which a start takes seconds; none: "
        "each start reads every rule",
    )

    @field_validator("shard")
    @classmethod
    def _is_a_shard(cls, text: str) -> str:
        return str(Shard.parse(text))
