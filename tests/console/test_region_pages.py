from html import unescape

import httpx2
import pytest

from console.office import Office
from tocsin.documents import RegionCondition, RegionDocument, RuleDocument
from tocsin.errors import NotFoundError


ZEBRA = RegionDocument(
    id="place:c:camp-zebra",
    names=("Camp Zebra", "Zebra Point"),
    parent="admin1:ML-1",
    latitude=14.5,
    longitude=-11.0,
)
FORM = {
    "id": "",
    "names": "Camp Zebra\r\nZebra Point\r\n",
    "parent": "Kayes Region",
    "point": "14.5, -11",
}


async def test_a_region_is_added_without_a_script_and_known_at_once(
    office: Office, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/regions", data=FORM)
    page = (await client.get(response.headers["location"])).text

    assert response.status_code == 303
    assert await office.regions.get(ZEBRA.id) == ZEBRA
    assert "The region is added" in page
    assert "Kayes Region, Mali" in page
    assert (await client.get("/api/v1/regions?q=camp zeb")).json()["items"][0]["id"] == ZEBRA.id


async def test_a_region_is_changed_under_its_id(office: Office, client: httpx2.AsyncClient) -> None:
    await office.regions.put(ZEBRA)

    page = (await client.get("/regions?change=place%3Ac%3Acamp-zebra")).text
    assert "Change place:c:camp-zebra" in page
    assert 'value="14.5, -11"' in page

    await client.post("/regions", data={**FORM, "id": ZEBRA.id, "names": "Zebra", "point": ""})
    changed = await office.regions.get(ZEBRA.id)
    assert (changed.names, changed.latitude) == (("Zebra",), None)


async def test_what_is_opened_and_saved_stays_what_it_was(
    office: Office, client: httpx2.AsyncClient
) -> None:
    exact = ZEBRA.model_copy(update={"latitude": 14.123456789, "longitude": -11.000001})
    await office.regions.put(exact)

    page = (await client.get(f"/regions?change={ZEBRA.id}")).text
    point = unescape(page.split('name="point"')[1].split('value="')[1].split('"')[0])
    await client.post("/regions", data={**FORM, "id": ZEBRA.id, "point": point})

    assert await office.regions.get(ZEBRA.id) == exact


async def test_two_regions_of_one_name_get_ids_of_their_own(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.post("/regions", data=FORM)
    await client.post("/regions", data={**FORM, "parent": "Niger"})

    found = (await office.regions.all()).documents
    assert {each.id for each in found} == {"place:c:camp-zebra", "place:c:camp-zebra-2"}


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"parent": "Nowhereland"}, "region-parent", "no region is called"),
        ({"parent": "Georgia"}, "region-parent", "country:GE"),
        ({"names": "Mali"}, "region-names", "is the name of country:ML"),
        ({"names": " \r\n"}, "region-names", ""),
        ({"point": "14.5"}, "region-point", "with a comma between"),
        ({"point": "140, 3"}, "region-point", "latitude"),
        ({"point": "here, there"}, "region-point", "latitude"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_written_is_lost(
    office: Office, client: httpx2.AsyncClient, wrong: dict[str, str], field: str, said: str
) -> None:
    response = await client.post("/regions", data={**FORM, **wrong})
    page = unescape(response.text)

    assert response.status_code == 422
    assert f'id="{field}-error"' in page
    assert said in page.split(f'id="{field}-error"')[1]
    for value in {**FORM, **wrong}.values():
        assert value.strip().splitlines()[0:1] == [] or value.strip().splitlines()[0] in page
    assert (await office.regions.all()).documents == ()


async def test_a_region_is_removed(office: Office, client: httpx2.AsyncClient) -> None:
    await office.regions.put(ZEBRA)

    response = await client.post(f"/regions/{ZEBRA.id}/delete")

    assert response.headers["location"] == "/regions?done=deleted"
    with pytest.raises(NotFoundError):
        await office.regions.get(ZEBRA.id)


async def test_a_region_that_a_rule_names_stays_and_the_rule_is_shown(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.regions.put(ZEBRA)
    await office.rules.put(
        RuleDocument(id="r", name="R", regions=RegionCondition(any=("Camp Zebra",))), who="ann"
    )

    response = await client.post(f"/regions/{ZEBRA.id}/delete")

    assert response.status_code == 409
    assert 'href="/rules/r"' in response.text
    assert await office.regions.get(ZEBRA.id) == ZEBRA


async def test_regions_are_looked_up_by_the_beginning_of_a_name(
    client: httpx2.AsyncClient,
) -> None:
    page = (await client.get("/regions", params={"q": "kaye"})).text

    assert "admin1:ML-1" in page
    assert "Kayes Region, Mali" in page
    assert page.count("Kayes Region, Mali") == 2  # the town's, and the cercle's
    assert "begins with" in (await client.get("/regions?q=qqqq")).text


async def test_a_region_whose_parent_is_gone_is_shown_as_lost(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.regions.put(ZEBRA.model_copy(update={"parent": "place:1"}))

    page = (await client.get("/regions")).text

    assert "not found in texts" in page
    assert "place:1 is no region any more" in page


async def test_names_are_shown_as_text(office: Office, client: httpx2.AsyncClient) -> None:
    await office.regions.put(ZEBRA.model_copy(update={"names": ("<script>alert(1)</script>",)}))

    page = (await client.get("/regions")).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_no_other_site_can_have_a_region_added(
    office: Office, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/regions", data=FORM, headers={"origin": "http://evil.example"})

    assert response.status_code == 403
    assert (await office.regions.all()).documents == ()
