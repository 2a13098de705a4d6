"""What several of the tests hand in."""

from datetime import UTC, datetime

from tocsin.documents import SourceDocument
from tocsin.testing import FakeClock
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.languages import EXPECTED


NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

DIBOLI = Draft(
    title="Attack on Diboli",
    text="Armed men attacked the border town of Diboli.\n\nThe army says it drove them off.",
    url="https://example.org/diboli",
)
RFI = SourceDocument(id="rfi", url="https://www.rfi.example/en/rss", name="RFI", home="country:FR")


def noon() -> FakeClock:
    return FakeClock(NOW)


class EnglishGuesser:
    """Takes every text of three words for English, and is not certain of less."""

    def guess(self, text: str) -> tuple[str, float]:
        assert "en" in EXPECTED
        return "en", 1.0 if len(text.split()) >= 3 else 0.1
