from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """``text`` is what a person reads; ``html`` is empty where there is none."""

    subject: str
    text: str
    html: str = ""
