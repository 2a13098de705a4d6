from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.stages import dates


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-07-02T09:30:00Z", datetime(2025, 7, 2, 9, 30, tzinfo=UTC)),
        ("2025-07-02T09:30:00+02:00", datetime(2025, 7, 2, 7, 30, tzinfo=UTC)),
        ("2025-07-02 09:30", datetime(2025, 7, 2, 9, 30, tzinfo=UTC)),
        ("2025-07-02", datetime(2025, 7, 2, tzinfo=UTC)),
        ("20250702", datetime(2025, 7, 2, tzinfo=UTC)),
        ("Wed, 02 Jul 2025 09:30:00 GMT", datetime(2025, 7, 2, 9, 30, tzinfo=UTC)),
        ("Wed, 02 Jul 2025 09:30:00 EST", datetime(2025, 7, 2, 14, 30, tzinfo=UTC)),
        ("2 Jul 2025 09:30 +0530", datetime(2025, 7, 2, 4, 0, tzinfo=UTC)),
        ("July 2, 2025", datetime(2025, 7, 2, tzinfo=UTC)),
        ("Wednesday, July 2nd, 2025 at 9:30 pm", datetime(2025, 7, 2, 21, 30, tzinfo=UTC)),
        ("Jul 2, 2025 12:15 AM", datetime(2025, 7, 2, 0, 15, tzinfo=UTC)),
        ("2 Sept. 2025", datetime(2025, 9, 2, tzinfo=UTC)),
        ("mercredi 2 juillet 2025", datetime(2025, 7, 2, tzinfo=UTC)),
        ("1er août 2025", datetime(2025, 8, 1, tzinfo=UTC)),
        ("2 de julio de 2025", datetime(2025, 7, 2, tzinfo=UTC)),
        ("2 de março de 2025", datetime(2025, 3, 2, tzinfo=UTC)),
        ("2. Juli 2025 09:30", datetime(2025, 7, 2, 9, 30, tzinfo=UTC)),
        ("  2025-07-02\n", datetime(2025, 7, 2, tzinfo=UTC)),
    ],
)
def test_dates_of_machines_and_people_are_read(written: str, moment: datetime) -> None:
    assert dates.parse(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        *("", "yesterday", "13/05/2024", "2025-13-01", "30 February 2025", "July 2", "1751448600"),
        *(
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "12 killed in May 2024",
            "2025",
        ),
    ],
)
def test_what_is_no_date_or_an_ambiguous_one_is_not_guessed(written: str) -> None:
    assert dates.parse(written) is None


@given(st.datetimes(datetime(1000, 1, 2), datetime(9999, 1, 1)))  # noqa: DTZ001 -- made aware below
def test_what_was_written_in_iso_8601_is_read_back(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)

    assert dates.parse(aware.isoformat()) == aware


@given(st.text(max_size=100) | st.from_regex(r"[0-9A-Za-z:,. +-]{0,40}", fullmatch=True))
def test_no_text_brings_the_parser_down(text: str) -> None:
    moment = dates.parse(text)

    assert moment is None or moment.utcoffset() == timedelta(0)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "plausible"),
    [
        (NOW, True),
        (NOW + timedelta(hours=23), True),
        (NOW + timedelta(days=2), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (datetime(1989, 12, 31, tzinfo=UTC), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
    ],
)
def test_news_bears_a_date_since_1990_and_until_tomorrow(moment: datetime, plausible: bool) -> None:  # noqa: FBT001 -- a table
    assert dates.plausible(moment, NOW) == (moment if plausible else None)
    assert dates.plausible(None, NOW) is None
