from typing import ClassVar

from pydantic import Field

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
