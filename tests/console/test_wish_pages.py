"""What a subscriber wants, and how alerts come, is changed by forms."""

import re
from html import unescape

import httpx2
import pytest

from console.office import Office
from tocsin.documents import Mode, Priority, SubscriberDocument, SubscriptionDocument, Updates


def filled_in(page: str) -> dict[str, str | list[str]]:
    """Return what a browser would send of the form on a page, untouched."""
    form: dict[str, str | list[str]] = {}
    for name, value in re.findall(
        r'<input[^>]* name="(\w+)" type="text"[^>]*? value="(.*?)"', page
    ):
        form[name] = unescape(value)
    for name, text in re.findall(
        r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL
    ):
        form[name] = unescape(text)
    for name, options in re.findall(
        r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        form[name] = re.findall(r'<option value="(\w*)" selected>', options)
    boxes = r'<input[^>]* name="(\w+)" type="checkbox" value="([\w-]+)" checked>'
    for name, value in re.findall(boxes, page):
        form[name] = [*form.get(name, []), value]
    return form


@pytest.fixture
async def desk(office: Office) -> None:
    await office.rule()
    await office.subscriber("sahel")


async def subscription(office: Office) -> SubscriptionDocument:
    (found,) = (await office.subscribers.directory()).subscriptions
    return found


@pytest.mark.usefixtures("desk")
async def test_how_a_subscriptions_alerts_come_is_changed(
    office: Office, client: httpx2.AsyncClient
) -> None:
    form = filled_in((await client.get("/subscriptions/desk-sahel")).text)
    chosen = {
        "mode": "both",
        "digest": "weekly@mon,thu 07:00",
        "throttle": "5/1h",
        "updates": "first",
        "priority": "breaking",
        "bypass_quiet": "true",
        "channels": "desk-slack",
    }

    response = await client.post("/subscriptions/desk-sahel", data=form | chosen)
    page = await client.get(response.headers["location"])

    assert "Saved, and in force" in page.text
    assert await subscription(office) == SubscriptionDocument(
        id="desk-sahel",
        rule="sahel",
        subscriber="desk",
        channels=("desk-slack",),
        mode=Mode.BOTH,
        digest="weekly@mon,thu 07:00",
        throttle="5/1h",
        updates=Updates.FIRST,
        priority=Priority.BREAKING,
        bypass_quiet=True,
    )


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"enabled": False, "channels": ("desk-slack",), "bypass_quiet": True},
        {"mode": Mode.BOTH, "digest": "daily@07:00,18:00", "throttle": "1/30m"},
        {"mode": Mode.DIGEST, "digest": "hourly", "updates": Updates.ALL, "priority": "low"},
    ],
)
async def test_saving_a_subscription_as_it_was_opened_changes_nothing(
    office: Office, client: httpx2.AsyncClient, wishes: dict[str, object]
) -> None:
    before = SubscriptionDocument.model_validate(
        {"id": "desk-sahel", "rule": "sahel", "subscriber": "desk", **wishes}
    )
    await office.subscribers.put(before)

    form = filled_in((await client.get("/subscriptions/desk-sahel")).text)
    await client.post("/subscriptions/desk-sahel", data=form)

    assert await subscription(office) == before


@pytest.mark.usefixtures("desk")
async def test_what_the_mode_leaves_without_meaning_is_left_out(
    office: Office, client: httpx2.AsyncClient
) -> None:
    form = {"mode": "instant", "digest": "hourly", "throttle": "5/1h", "enabled": "true"}

    await client.post("/subscriptions/desk-sahel", data=form)
    instant = await subscription(office)
    await client.post("/subscriptions/desk-sahel", data=form | {"mode": "digest"})
    digest = await subscription(office)

    assert (instant.digest, instant.throttle) == ("", "5/1h")
    assert (digest.digest, digest.throttle) == ("hourly", "")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("digest", "", "say when digests are sent"),
        ("digest", "at noon", "is no schedule; write hourly"),
        ("throttle", "many", "as in 5/1h"),
        ("updates", "some", "subscription-updates-error"),
    ],
)
async def test_a_wrong_subscription_comes_back_with_what_is_wrong(
    office: Office, client: httpx2.AsyncClient, field: str, value: str, message: str
) -> None:
    before = await subscription(office)
    form = {"mode": "both", "digest": "hourly", "enabled": "true"} | {field: value}

    response = await client.post("/subscriptions/desk-sahel", data=form)

    assert response.status_code == 422
    assert message in unescape(response.text)
    assert response.text.count('aria-invalid="true"') == 1
    assert await subscription(office) == before


@pytest.mark.usefixtures("desk")
async def test_a_channel_of_somebody_else_is_refused(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.subscribers.put(SubscriberDocument(id="ann", name="Ann"))
    await office.subscribers.put(
        SubscriptionDocument(id="ann-sahel", rule="sahel", subscriber="ann")
    )

    response = await client.post(
        "/subscriptions/ann-sahel", data={"channels": "desk-slack", "enabled": "true"}
    )

    assert response.status_code == 422
    assert "is a channel of &#39;desk&#39;" in response.text


@pytest.mark.usefixtures("desk")
async def test_a_subscriber_is_changed(office: Office, client: httpx2.AsyncClient) -> None:
    form = filled_in((await client.get("/subscribers/desk")).text)
    changed = {
        "name": "Sahel desk",
        "time_zone": "Africa/Bamako",
        "quiet_hours": "22:00-07:00\r\nsat,sun 00:00-24:00\r\n",
        "nothing_matched": "true",
    }

    response = await client.post("/subscribers/desk", data=form | changed)

    assert response.headers["location"] == "/subscribers?done=changed"
    before = SubscriberDocument(
        id="desk",
        name="Sahel desk",
        time_zone="Africa/Bamako",
        quiet_hours=("22:00-07:00", "sat,sun 00:00-24:00"),
        nothing_matched=True,
    )
    assert (await office.subscribers.directory()).subscribers == (before,)

    await client.post(
        "/subscribers/desk", data=filled_in((await client.get("/subscribers/desk")).text)
    )
    assert (await office.subscribers.directory()).subscribers == (before,)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", " ", "this is needed"),
        ("time_zone", "Mars", "no time zone is called 'Mars'"),
        ("quiet_hours", "at night", "is no span of quiet hours"),
        ("locale", "deutsch, bitte", "subscriber-locale-error"),
    ],
)
async def test_a_wrong_subscriber_comes_back_with_what_is_wrong(
    client: httpx2.AsyncClient, field: str, value: str, message: str
) -> None:
    response = await client.post("/subscribers/desk", data={"name": "Desk"} | {field: value})

    assert response.status_code == 422
    assert message in unescape(response.text)
    assert response.text.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("address", ["/subscribers/nobody", "/subscriptions/nothing"])
async def test_what_is_not_there_is_not_found(client: httpx2.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 404
    assert (await client.post(address, data={"name": "x"})).status_code == 404
