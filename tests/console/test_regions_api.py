"""Regions in the API: found, shown, and one's own."""

from console.office import Office


ZEBRA = {
    "id": "place:c:zebra",
    "names": ["Camp Zebra", "Zebra Point"],
    "parent": "Kayes Region",
    "latitude": 14.5,
    "longitude": -11,
}
HERE = "/api/v1/own-regions/place:c:zebra"


async def test_a_region_of_ones_own_is_put_found_named_by_rules_and_deleted() -> None:
    office = Office()
    async with office.client() as client:
        put = await client.put(HERE, json=ZEBRA)
        listed = await client.get("/api/v1/own-regions")
        found = await client.get("/api/v1/regions", params={"q": "zebra po"})
        rule = {"id": "camp", "name": "Camp", "query": "shots", "regions": {"any": ["Camp Zebra"]}}
        made = await client.post("/api/v1/rules", json=rule)
        refused = await client.delete(HERE)
        await client.delete("/api/v1/rules/camp")
        deleted = await client.delete(HERE)
        gone = await client.get(HERE)

    assert put.json() == {**ZEBRA, "parent": "admin1:ML-1"}
    assert listed.json()["items"] == [put.json()]
    assert found.json()["items"][0]["path"] == ["Camp Zebra", "Kayes Region", "Mali"]
    assert made.status_code == 201
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        "region 'place:c:zebra' is named by camp: change that first"
    )
    assert deleted.status_code == 204
    assert gone.status_code == 404


async def test_what_is_wrong_is_named_by_its_pointer_and_nothing_is_kept() -> None:
    office = Office()
    async with office.client() as client:
        lost = await client.put(HERE, json={**ZEBRA, "parent": "Nowhereland"})
        taken = await client.put(HERE, json={**ZEBRA, "names": ["Camp Zebra", "Mali"]})
        shadow = await client.put(
            "/api/v1/own-regions/country:ML", json={**ZEBRA, "id": "country:ML"}
        )
        other = await client.put("/api/v1/own-regions/place:c:other", json=ZEBRA)
        listed = await client.get("/api/v1/own-regions")

    assert [lost.status_code, taken.status_code, shadow.status_code, other.status_code] == [422] * 4
    assert lost.json()["errors"][0]["pointer"] == "/parent"
    assert taken.json()["errors"][0]["pointer"] == "/names/1"
    assert shadow.json()["errors"][0]["pointer"] == "/id"
    assert other.json()["errors"][0]["pointer"] == "/id"
    assert listed.json()["items"] == []


async def test_a_region_is_shown_with_names_parents_and_children_of_a_day() -> None:
    async with Office().client() as client:
        kayes = (await client.get("/api/v1/regions/admin1:ML-1")).json()
        before = (await client.get("/api/v1/regions/country:ML?on=2025-01-28")).json()
        after = (await client.get("/api/v1/regions/country:ML?on=2025-01-29")).json()
        old = (await client.get("/api/v1/regions/country:AN")).json()
        nowhere = await client.get("/api/v1/regions/country:XX")

    assert kayes["name"] == "Kayes Region"
    assert [each["id"] for each in kayes["parents"]] == ["country:ML"]
    assert "place:2455518" in [each["id"] for each in kayes["children"]]
    assert "卡伊地区" in kayes["names"]
    assert "area:ecowas" in [each["id"] for each in before["ancestors"]]
    assert "area:ecowas" not in [each["id"] for each in after["ancestors"]]
    assert old["id"] == "country:CW"
    assert nowhere.status_code == 404
