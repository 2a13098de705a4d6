import pytest

from tocsin.errors import AmbiguousRegionError, UnknownRegionError
from tocsin.regions.gazetteer import Gazetteer


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("Mali", "country:ML"),
        ("mali", "country:ML"),
        (" Mali ", "country:ML"),
        ("Мали", "country:ML"),
        ("مالي", "country:ML"),
        ("马里", "country:ML"),
        ("Deutschland", "country:DE"),
        ("Côte d'Ivoire", "country:CI"),
        ("Ivory Coast", "country:CI"),
        ("US", "country:US"),
        ("U.S.", "country:US"),
        ("UK", "country:GB"),
        ("EU", "area:eu"),
        ("Sahel", "area:sahel"),
        ("West Africa", "m49:011"),
        ("Western Africa", "m49:011"),
        ("Africa", "m49:002"),
        ("Latin America", "m49:419"),
        ("ECOWAS", "area:ecowas"),
        ("CEDEAO", "area:ecowas"),
        ("Kayes Region", "admin1:ML-1"),
        ("Kayes", "admin1:ML-1"),
        ("Niger", "country:NE"),
        ("Niger State", "admin1:NG-NI"),
        ("Texas", "admin1:US-TX"),
        ("Seine-Saint-Denis", "admin2:gn:FR.11.93"),
        ("Diboli", "place:x:diboli-ml"),
        ("Bamako", "admin1:ML-BKO"),
        ("Bamako, Mali", "admin1:ML-BKO"),
        ("Berlin", "admin1:DE-BE"),
        ("Bali", "admin1:ID-BA"),
        ("Timbuktu", "place:2449067"),
        ("Paris", "place:2988507"),
        ("place:2988507", "place:2988507"),
        ("admin1:ML-1", "admin1:ML-1"),
        ("FR", "country:FR"),
        ("IN", "country:IN"),
        ("ML-1", "admin1:ML-1"),
        ("US-TX", "admin1:US-TX"),
    ],
)
def test_a_name_in_whatever_language_or_an_id_is_understood(
    gazetteer: Gazetteer, name: str, region: str
) -> None:
    assert gazetteer.resolve(name) == region


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("Kayes in Congo", "place:2259383"),
        ("Kayes, Congo", "place:2259383"),
        ("Kayes (Mali)", "admin1:ML-1"),
        ("Paris, Texas", "place:4717560"),
        ("Paris in Texas", "place:4717560"),
        ("Georgia, United States", "admin1:US-GA"),
        ("Tripoli, Lebanon", "place:266826"),
    ],
)
def test_a_name_is_narrowed_by_where_it_lies(gazetteer: Gazetteer, name: str, region: str) -> None:
    assert gazetteer.resolve(name) == region


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("Georgia", {"country:GE", "admin1:US-GA"}),
        ("Congo", {"country:CD", "country:CG"}),
        ("Korea", {"country:KR", "country:KP"}),
        ("New York", {"admin1:US-NY", "place:5128581"}),
        ("Valencia", {"place:2509954", "place:3625549"}),
    ],
)
def test_where_nothing_is_clearly_meant_the_choices_are_told(
    gazetteer: Gazetteer, name: str, choices: set[str]
) -> None:
    with pytest.raises(AmbiguousRegionError) as refused:
        gazetteer.resolve(name)

    assert choices <= {region for region, _ in refused.value.choices}
    assert len({told for _, told in refused.value.choices}) > 1


def test_the_choices_say_how_to_tell_them_apart(gazetteer: Gazetteer) -> None:
    with pytest.raises(AmbiguousRegionError) as refused:
        gazetteer.resolve("Georgia")

    assert dict(refused.value.choices)["admin1:US-GA"] == "Georgia, United States"


def test_a_name_nearly_right_is_met_with_what_is_similar(gazetteer: Gazetteer) -> None:
    with pytest.raises(UnknownRegionError) as refused:
        gazetteer.resolve("Burkina Fasso")

    assert "Burkina Faso" in refused.value.similar


@pytest.mark.parametrize("name", ["", " ", "xyzzy", "Malian army", "Kayes in Japan", "?!", "\x00"])
def test_what_nothing_is_called_is_refused(gazetteer: Gazetteer, name: str) -> None:
    with pytest.raises(UnknownRegionError):
        gazetteer.resolve(name)
