"""The table that the benchmark of regions writes says what was measured, and what was missed."""

from collections.abc import Mapping

import pytest

from benchmarks.regions_table import PEERS, ROWS, US, MissingFiguresError, replaced, table


def figures(**ours: float) -> Mapping[str, dict[str, float]]:
    """Return figures of everything: each 0.5 but those that are named, which underscores spell."""
    named = {what.replace("_", " "): value for what, value in ours.items()}
    whats = {what for row in ROWS for what in (*row.measures, row.apart) if what}
    return {
        what: {US: named.get(what, 0.5)} | dict.fromkeys(PEERS if what == "speed" else (), 7.0)
        for what in whats
    }


def line(text: str, label: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(f"| {label} |"))


def test_a_target_that_is_missed_is_said_to_be() -> None:
    text = table(figures(gwn_countries=0.925, geovirus_countries=0.9649, p99=5.1))

    assert line(text, "… GeoWebNews") == "| … GeoWebNews | **.925** |  |  |  | .920 |"
    assert line(text, "countries of an article, F1: GeoVirus").endswith("| .965, missed |")
    assert line(text, "… 99 in 100 under").endswith("| 5.0 ms, missed |")


def test_several_in_one_cell_are_judged_one_by_one() -> None:
    text = table(figures(geovirus_calibration=0.025, gwn_calibration=0.074, lgl_calibration=0.07))

    row = line(text, "calibration error of a place: GeoVirus / GeoWebNews / LGL")
    assert "| **.025 / .074 / .070** |" in row
    assert row.endswith("| .030, 2 of 3 missed |")


def test_peers_stand_beside_us_where_they_were_measured() -> None:
    row = line(table(figures(speed=822)), ROWS[-4].label)

    assert row == f"| {ROWS[-4].label} | **822** | 7 | 7 | 7 | 1,000, missed |"


@pytest.mark.parametrize("what", ["gwn toponyms", "lgl near, home unknown"])
def test_without_a_figure_there_is_no_table(what: str) -> None:
    measured = {name: of for name, of in figures().items() if name != what}

    with pytest.raises(MissingFiguresError, match=what):
        table(measured)


def test_without_a_peer_there_is_no_table() -> None:
    measured = {name: {US: of[US]} for name, of in figures().items()}

    with pytest.raises(MissingFiguresError, match="geotext"):
        table(measured)


def test_only_the_table_of_a_page_is_replaced() -> None:
    old = table(figures(speed=500))
    new = table(figures(speed=900))
    page = f"# Benchmarks\n\n| | Tocsin | alone |\n|---|---|---|\n\n{old}\n\n- **LGL** and so on.\n"

    assert replaced(page, new) == page.replace(old, new)
