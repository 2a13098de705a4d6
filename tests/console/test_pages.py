import re
from html.parser import HTMLParser

import httpx2
import pytest

from console.office import SECRET, Office
from tocsin_console.routes.security import MAIL_POLICY, PAGE_POLICY


EMPTY_PAGES = {
    "/": "No alerts yet",
    "/alerts": "No alerts yet",
    "/alerts?rule=sahel": "This rule has not matched lately",
    "/rules": "Write the first rule",
    "/rules?q=jnim": "No rule has",
    "/regions": "None yet. Add a camp",
    "/regions?q=qqqq": "No region has a name",
    "/subscribers": "Nobody is told yet",
    "/dead-letters": "Nothing here, as it should be",
    "/inbox": "No messages yet",
    "/new-rule": "New rule",
}

HOSTILE = "</title><script>alert(1)</script><b onclick='x()'>\"JNIM\" &amp; \u202egpj.exe"


class Markup(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.mark.parametrize(("path", "words"), EMPTY_PAGES.items())
async def test_an_empty_page_says_what_to_do_next(
    client: httpx2.AsyncClient, path: str, words: str
) -> None:
    response = await client.get(path)

    assert response.status_code == 200
    assert words in response.text


async def test_every_page_answers_with_every_header(
    office: Office, client: httpx2.AsyncClient
) -> None:
    for path in await office.all_of_it():
        response = await client.get(path)

        assert response.status_code == 200, path
        headers = response.headers
        policy = MAIL_POLICY if path.endswith("/html") else PAGE_POLICY
        assert headers["content-security-policy"] == policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_errors_carry_every_header_too(client: httpx2.AsyncClient) -> None:
    answers = [
        await client.get("/nowhere"),
        await client.get("/api/v1/nowhere"),
        await client.get("/", headers={"host": "evil.example"}),
        await client.post("/rules", headers={"origin": "http://evil.example"}),
        await client.get("/static/nothing.css"),
    ]

    assert [each.status_code for each in answers] == [404, 404, 400, 403, 404]
    for answer in answers:
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_page_needs_what_the_policy_forbids(
    office: Office, client: httpx2.AsyncClient
) -> None:
    for path in await office.all_of_it():
        if path.endswith("/html"):
            continue
        page = Markup((await client.get(path)).text)

        for script in page.of("script"):
            assert (script["src"] or "").startswith("/static/")
        assert page.of("style", "base", "object", "embed") == []
        for tag, attributes in page.elements:
            assert "style" not in attributes, (path, tag)
            assert not any(name.startswith("on") for name in attributes), (path, tag)
        for linked in page.of("link", "img"):
            assert (linked.get("href") or linked.get("src") or "").startswith("/static/")


async def test_every_field_has_a_label(office: Office, client: httpx2.AsyncClient) -> None:
    for path in await office.all_of_it():
        page = Markup((await client.get(path)).text)

        labelled = {label["for"] for label in page.of("label")}
        fields = [
            field
            for field in page.of("input", "textarea", "select")
            if field.get("type") != "hidden"
        ]
        assert {field["id"] for field in fields} <= labelled, path


async def test_every_page_names_itself_in_its_title(
    office: Office, client: httpx2.AsyncClient
) -> None:
    titles = set()
    for path in await office.all_of_it():
        if not path.endswith("/html"):
            found = re.search(r"<title>(.*) · Tocsin</title>", (await client.get(path)).text)
            assert found, path
            titles.add(found[1])

    assert len(titles) >= 10


async def test_no_secret_is_on_any_page(office: Office, client: httpx2.AsyncClient) -> None:
    for path in await office.all_of_it():
        assert SECRET not in (await client.get(path)).text


async def test_hostile_content_is_shown_as_the_text_that_it_is(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rule("hostile", query="JNIM", name=HOSTILE)
    await office.subscriber("hostile")
    await office.matched(
        office.article(title=HOSTILE, text=HOSTILE + " JNIM", url="javascript:alert(2)"), rule
    )
    await office.delivery("a1", "hostile", dead=HOSTILE)
    office.letter({HOSTILE.encode(): HOSTILE.encode()})
    mail = await office.mail(subject=HOSTILE)

    for path in (
        *("/", "/alerts", "/articles/a1", "/why?article=a1&rule=hostile", "/rules"),
        *("/rules/hostile", "/rules/hostile/history", "/subscribers", "/dead-letters"),
        *("/dead-letters/articles/1700000000000-0", "/inbox", f"/inbox/{mail}"),
    ):
        response = await client.get(path)
        page = Markup(response.text)

        assert response.status_code == 200, path
        assert "<script>alert" not in response.text
        assert page.of("b") == [] or all("onclick" not in bold for bold in page.of("b"))
        for link in page.of("a"):
            assert not (link.get("href") or "").startswith("javascript:")


async def test_a_search_for_markup_is_shown_as_text(client: httpx2.AsyncClient) -> None:
    for path in ("/rules", "/alerts"):
        response = await client.get(
            path, params={"q": HOSTILE, "rule": "<script>alert(1)</script>"}
        )

        assert response.status_code == 200
        assert "<script>alert" not in response.text


async def test_an_unknown_address_is_told_in_the_form_that_suits(
    client: httpx2.AsyncClient,
) -> None:
    page = await client.get("/<b>nowhere")
    api = await client.get("/api/v1/nowhere")

    assert page.headers["content-type"].startswith("text/html")
    assert "there is nothing at" in page.text
    assert "<b>nowhere" not in page.text
    assert api.json()["detail"] == "there is nothing at /api/v1/nowhere"


async def test_the_overview_leads_to_the_first_alert(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()

    page = (await client.get("/")).text

    assert "To the first alert" in page
    assert page.count('<li class="done">') == 1


async def test_the_overview_no_longer_leads_once_the_way_is_gone(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.all_of_it()

    assert "To the first alert" not in (await client.get("/")).text


async def test_an_alert_shows_its_words_its_places_and_what_was_sent(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rule(query="JNIM AND region:Mali")
    await office.subscriber(rule.id)
    await office.matched(office.article(), rule)
    await office.delivery("a1", rule.id)

    page = (await client.get("/alerts")).text

    assert "<mark>JNIM</mark>" in page
    assert "→ Mali" in page
    assert "delivered" in page
    assert "#sahel" in page


async def test_an_article_without_a_match_can_be_asked_about(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule(query="football")
    await office.matched(office.article())

    article = await client.get("/articles/a1")
    why = await client.get("/why", params={"article": "a1", "rule": "sahel"})

    assert "None, or it has not been matched yet" in article.text
    assert "Why this does not match" in why.text
    assert "not in the article" in why.text


async def test_a_mail_is_shown_where_it_can_do_nothing(
    office: Office, client: httpx2.AsyncClient
) -> None:
    mail = await office.mail(html="<script>alert(1)</script><p style='color:red'>Hello</p>")

    page = Markup((await client.get(f"/inbox/{mail}")).text)
    framed = await client.get(f"/inbox/{mail}/html")

    (frame,) = page.of("iframe")
    assert "allow-scripts" not in (frame["sandbox"] or "")
    assert "allow-same-origin" not in (frame["sandbox"] or "")
    assert framed.headers["content-security-policy"].startswith("sandbox ")
    assert "default-src 'none'" in framed.headers["content-security-policy"]


async def test_dead_letters_are_replayed_and_discarded_by_button(
    office: Office, client: httpx2.AsyncClient
) -> None:
    letter = office.letter()
    address = f"/dead-letters/articles/{letter.id}"

    shown = await client.get(address)
    replayed = await client.post(f"{address}/replay")
    office.letter()
    discarded = await client.post(f"{address}/discard")
    missing = await client.post(f"{address}/discard")

    assert letter.reason in shown.text
    assert "Traceback" in shown.text
    assert replayed.headers["location"] == "/dead-letters?done=replayed"
    assert office.dead_letters.replayed == [letter]
    assert discarded.headers["location"] == "/dead-letters?done=discarded"
    assert (missing.status_code, await office.dead_letters.count()) == (404, 0)


async def test_a_digest_that_was_not_delivered_leads_to_no_rule(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.subscriber()
    await office.delivery("", "", dead="550 no such user")

    listed = await client.get("/dead-letters")

    assert "550 no such user" in listed.text
    assert "a digest" in listed.text
    assert "/why?" not in listed.text


async def test_an_alert_that_was_not_delivered_is_sent_again_by_button(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.subscriber()
    delivery = await office.delivery("a1", "sahel", dead="404 channel_not_found")

    listed = await client.get("/dead-letters")
    replayed = await client.post(f"/deliveries/{delivery}/replay")
    after = await client.get(replayed.headers["location"])

    assert "404 channel_not_found" in listed.text
    assert "will be sent again" in after.text
    assert "404 channel_not_found" not in after.text


async def test_subscribers_channels_and_subscriptions_are_added_by_form(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()

    added = [
        await client.post("/subscribers", data={"name": "Équipe Afrique", "time_zone": "UTC"}),
        await client.post(
            "/channels",
            data={
                "subscriber": "equipe-afrique",
                "name": "Mail",
                "url": "mailto:desk@example.org",
            },
        ),
        await client.post(
            "/subscriptions", data={"subscriber": "equipe-afrique", "rule": "sahel", "channel": ""}
        ),
    ]

    assert [each.status_code for each in added] == [303, 303, 303]
    directory = await office.subscribers.directory()
    assert [each.id for each in directory.subscribers] == ["equipe-afrique"]
    assert [each.id for each in directory.channels] == ["equipe-afrique-mail"]
    assert [each.id for each in directory.subscriptions] == ["equipe-afrique-sahel"]


async def test_two_of_a_name_get_two_ids(office: Office, client: httpx2.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/subscribers", data={"name": "Desk"})

    directory = await office.subscribers.directory()
    assert [each.id for each in directory.subscribers] == ["desk", "desk-2"]


@pytest.mark.parametrize(
    ("address", "form", "message"),
    [
        ("/subscribers", {}, "this is needed"),
        ("/subscribers", {"name": "  "}, "this is needed"),
        ("/subscribers", {"name": "A", "time_zone": "Mars"}, "time zone"),
        ("/channels", {"subscriber": "desk", "name": "x", "url": f"no-{SECRET}"}, "channel-url"),
        ("/channels", {"subscriber": "desk", "name": "x"}, "needs an address"),
        ("/subscriptions", {"subscriber": "desk", "rule": "nothing"}, "there is no rule"),
    ],
)
async def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    office: Office,
    client: httpx2.AsyncClient,
    address: str,
    form: dict[str, str],
    message: str,
) -> None:
    await office.subscriber()

    response = await client.post(address, data=form)

    assert response.status_code == 422
    assert message in response.text
    assert 'aria-invalid="true"' in response.text
    assert SECRET not in response.text


async def test_everything_of_a_subscriber_is_removed_by_button(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()
    await office.subscriber("sahel")

    for address in ("/subscriptions/desk-sahel", "/channels/desk-slack", "/subscribers/desk"):
        response = await client.post(f"{address}/delete")
        assert response.status_code == 303

    directory = await office.subscribers.directory()
    assert (directory.subscribers, directory.channels, directory.subscriptions) == ((), (), ())


async def test_an_article_that_matched_very_many_rules_stays_readable(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rules = [await office.rule(f"r{number}", name=f"Rule {number}") for number in range(50)]
    await office.matched(office.article(), *rules)

    alerts, overview, article = [
        (await client.get(path)).text for path in ("/alerts", "/", "/articles/a1")
    ]

    assert "It matched 30 more rules" in alerts
    assert "and 45 more rules" in overview
    assert "Rule 49" in article
