import re
from html import unescape

import httpx2
import pytest

from console.office import Office
from tocsin.documents import RegionCondition, RuleDocument


FORM = {
    "name": "JNIM in the Sahel",
    "id": "",
    "query": "JNIM AND attack*",
    "any": "Sahel\r\nMali",
    "level": "mention",
    "min_probability": "0.5",
    "descendants": "true",
    "languages": "en, fr",
    "enabled": "true",
    "reason": "asked by the desk",
    "version": "0",
}


def field(page: str, name: str) -> str:
    """Return the value of a hidden or text field."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]*? value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


async def test_a_rule_is_written_without_a_script(
    office: Office, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/new-rule", data=FORM)
    page = await client.get(response.headers["location"])

    assert response.headers["location"] == "/rules/jnim-in-the-sahel?done=created"
    assert "The rule is saved and in force" in page.text
    rule = await office.rules.get("jnim-in-the-sahel")
    assert rule == RuleDocument(
        id="jnim-in-the-sahel",
        name="JNIM in the Sahel",
        query="JNIM AND attack*",
        regions=RegionCondition(any=("Sahel", "Mali")),
        languages=("en", "fr"),
        version=1,
    )
    assert (await office.rules.history(rule.id))[0].reason == "asked by the desk"


async def test_saving_what_was_opened_changes_nothing(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rules.put(
        RuleDocument(
            id="r",
            name='A "rule" & <more>',
            query='"armed group"\nAND title:(Mali OR Niger)',
            regions=RegionCondition.model_validate(
                {
                    "any": ["Sahel"],
                    "except": ["Senegal"],
                    "level": "about",
                    "min_probability": 0.25,
                    "explicit_only": True,
                    "include_descendants": False,
                }
            ),
            languages=("fr",),
            enabled=False,
        ),
        who="ann",
    )
    page = (await client.get("/rules/r")).text
    form = {name: field(page, name) for name in ("name", "languages", "min_probability", "version")}
    for name in ("query", "any", "all", "except"):
        found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        assert found
        form[name] = unescape(found[1]).replace("\n", "\r\n")
    form |= {
        name: "true"
        for name in ("descendants", "explicit", "enabled")
        if re.search(rf'name="{name}" type="checkbox" value="true" checked', page)
    }
    selected = re.search(r'<option value="(\w+)" selected', page)
    assert selected
    form["level"] = selected[1]

    response = await client.post("/rules/r", data=form)

    assert response.status_code == 303
    assert await office.rules.get("r") == rule


async def test_a_mistake_is_shown_at_its_column_with_a_fix(
    office: Office, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/new-rule", data=FORM | {"query": "JNIM\r\nAND (attack"})

    assert response.status_code == 422
    assert "line 2, column 5" in response.text
    assert "AND (attack\n<b>    ^</b>" in response.text
    assert 'value="JNIM\nAND (attack)"' in response.text
    assert "JNIM in the Sahel" in response.text
    assert await office.rules.count() == 0


async def test_a_fix_is_taken_by_button(client: httpx2.AsyncClient) -> None:
    response = await client.post(
        "/check-rule", data=FORM | {"query": "JNIM AND (attack", "fix": "JNIM AND (attack)"}
    )

    assert ">JNIM AND (attack)</textarea>" in response.text
    assert "This rule can be read" in response.text


async def test_a_check_shows_what_the_regions_are(
    office: Office, client: httpx2.AsyncClient
) -> None:
    response = await client.post(
        "/check-rule", data=FORM | {"any": "Kayes Region\nNowhereland\nGeorgia"}
    )

    assert "no region is called &#39;Nowhereland&#39;" in response.text
    assert "country:GE" in response.text
    assert await office.rules.count() == 0


async def test_a_check_says_the_rule_in_english(client: httpx2.AsyncClient) -> None:
    response = await client.post("/check-rule", data=FORM | {"any": "Mali", "languages": ""})

    assert "An article matches if it mentions JNIM" in response.text
    assert "is in Mali" in response.text


async def test_what_is_doubtful_is_hinted_at_and_can_be_saved(
    office: Office, client: httpx2.AsyncClient
) -> None:
    doubtful = FORM | {"id": "doubtful", "query": "JNIM and attack"}

    checked = await client.post("/check-rule", data=doubtful)
    saved = await client.post("/new-rule", data=doubtful)

    assert "Worth a second look" in checked.text
    assert "JNIM and attack\n<b>     ^</b>" in checked.text
    assert saved.status_code == 303


async def test_a_script_asks_for_the_check_alone(client: httpx2.AsyncClient) -> None:
    response = await client.post("/check-rule", data=FORM, headers={"x-part": "check"})

    assert response.text.lstrip().startswith('<div class="note good"')
    assert "<html" not in response.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "this is needed"),
        ({"id": "No Good"}, "only small letters"),
        ({"min_probability": "7"}, "less than or equal to 1"),
        ({"min_probability": "much"}, "valid number"),
        ({"query": "", "any": ""}, "say what to look for"),
        ({"languages": "klingonese!"}, "is not a language tag"),
    ],
)
async def test_a_field_that_is_wrong_is_told_and_the_rest_is_kept(
    office: Office, client: httpx2.AsyncClient, change: dict[str, str], message: str
) -> None:
    response = await client.post("/new-rule", data=FORM | change)

    assert response.status_code == 422
    assert message in response.text
    assert "asked by the desk" in response.text
    assert await office.rules.count() == 0


async def test_a_taken_id_is_told(office: Office, client: httpx2.AsyncClient) -> None:
    await office.rule("sahel", query="GSIM")

    response = await client.post("/new-rule", data=FORM | {"id": "sahel"})

    assert response.status_code == 409
    assert "choose another id" in response.text
    assert (await office.rules.get("sahel")).query == "GSIM"


async def test_of_two_who_edit_one_rule_the_second_is_told_and_keeps_the_text(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()
    opened = FORM | {"version": field((await client.get("/rules/sahel")).text, "version")}
    await office.rule(query="by somebody else")

    refused = await client.post("/rules/sahel", data=opened)
    again = await client.post(
        "/rules/sahel", data=opened | {"version": field(refused.text, "version")}
    )

    assert refused.status_code == 412
    assert "Somebody else changed this rule" in refused.text
    assert ">JNIM AND attack*</textarea>" in refused.text
    assert again.status_code == 303
    assert (await office.rules.get("sahel")).query == "JNIM AND attack*"


async def test_a_rule_deleted_meanwhile_can_be_made_anew(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()
    await office.rules.delete("sahel", who="bob")

    refused = await client.post("/rules/sahel", data=FORM | {"version": "1"})
    again = await client.post(
        "/rules/sahel", data=FORM | {"version": field(refused.text, "version")}
    )

    assert "It was deleted" in refused.text
    assert again.status_code == 303
    assert (await office.rules.get("sahel")).version == 3


async def test_a_rule_is_turned_off_on_and_deleted_by_button(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()

    await client.post("/rules/sahel/disable")
    off = (await office.rules.get("sahel")).enabled
    await client.post("/rules/sahel/enable")
    on = (await office.rules.get("sahel")).enabled
    deleted = await client.post("/rules/sahel/delete")
    page = await client.get(deleted.headers["location"])

    assert (off, on) == (False, True)
    assert "The rule is deleted" in page.text
    assert await office.rules.count() == 0


async def test_history_shows_what_was_changed(office: Office, client: httpx2.AsyncClient) -> None:
    await office.rule(query="JNIM")
    await office.rule(query="GSIM")
    await office.rules.delete("sahel", who="bob", reason="no longer asked for")

    page = (await client.get("/rules/sahel/history")).text

    assert page.index("deleted") < page.index("changed") < page.index("created")
    assert "no longer asked for" in page
    assert "This rule was deleted" in page


async def test_the_list_of_rules_goes_on_after_a_hundred(
    office: Office, client: httpx2.AsyncClient
) -> None:
    for number in range(103):
        await office.rule(f"r{number:03}")

    first = (await client.get("/rules")).text
    second = (await client.get("/rules?after=r099")).text

    assert 'href="/rules?after=r099"' in first
    assert 'href="/rules/r100"' not in first
    assert 'href="/rules/r102"' in second
    assert "rules?after=" not in second


async def test_the_list_tells_when_a_rule_last_matched(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rule()
    await office.rule("other")
    await office.matched(office.article("a1"), rule)
    office.clock.advance(hours=5)
    await office.matched(office.article("a2"), rule)
    office.clock.advance(minutes=7)

    page = (await client.get("/rules")).text

    assert "7 min ago" in page
    assert "not lately" in page
