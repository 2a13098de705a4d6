import asyncio
from html import escape

import pytest
import structlog.testing
from fastapi.routing import APIRoute
from starlette.types import Message

from console.office import Office
from tocsin_console.routes import pages
from tocsin_console.routes.access import ANYBODY, COOKIE, Access, Guard, local, name_of
from tocsin_console.routes.security import goes_by


TOKEN = "a-token-of-sixteen-or-more"


@pytest.fixture
def office() -> Office:
    return Office(token=TOKEN)


def addresses(office: Office) -> list[tuple[str, str]]:
    """Return (method, address) of every route there is."""
    of_pages = [
        (method, route.path)
        for part in vars(pages).values()
        for route in getattr(getattr(part, "router", None), "routes", ())
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    ]
    of_api = [
        (method.upper(), path)
        for path, operations in office.app.openapi()["paths"].items()
        for method in operations
    ]
    assert len(of_pages) > 25
    assert len(of_api) > 25
    return [
        (method, path.replace("{", "").replace("}", ""))
        for method, path in (*of_pages, *of_api, ("GET", "/api/v1/openapi.json"))
    ]


async def test_without_the_token_every_route_is_closed(office: Office) -> None:
    async with office.client() as client:
        for method, path in addresses(office):
            response = await client.request(method, path)

            if path == "/login":
                assert response.status_code in {200, 401}
            elif path == "/p/token":
                assert response.status_code == 404, "no right is in such a link"
            elif path.startswith("/api/"):
                assert response.status_code == 401, path
                assert response.headers["www-authenticate"] == "Bearer"
            else:
                assert response.status_code == 303, path
                assert response.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong-token-wrong", f"Basic {TOKEN}", TOKEN, "Bearer é"],
)
async def test_a_wrong_token_opens_nothing(office: Office, authorization: str) -> None:
    headers = [(b"authorization", authorization.encode("latin-1"))]

    async with office.client() as client:
        response = await client.get("/api/v1/rules", headers=headers)

    assert response.status_code == 401
    assert TOKEN not in response.text


async def test_the_token_opens_the_api_and_says_for_whom(office: Office) -> None:
    rule = {"id": "sahel", "name": "Sahel", "query": "JNIM"}

    async with office.client(authorization=f"Bearer {TOKEN}") as client:
        await client.post("/api/v1/rules", json=rule, headers={"x-tocsin-user": "ann"})
        await client.put("/api/v1/rules/sahel", json=rule | {"query": "GSIM"})

    changed, created = await office.rules.history("sahel")
    assert (created.who, changed.who) == ("ann", ANYBODY)


async def test_without_a_token_nobody_can_pretend_to_be_somebody() -> None:
    office = Office()
    rule = {"id": "sahel", "name": "Sahel", "query": "JNIM"}

    async with office.client() as client:
        await client.post("/api/v1/rules", json=rule, headers={"x-tocsin-user": "ann"})

    (created,) = await office.rules.history("sahel")
    assert created.who == ANYBODY


async def test_who_logs_in_stands_in_the_history(office: Office) -> None:
    async with office.client() as client:
        login = await client.post("/login", data={"token": TOKEN, "who": "Ann", "next": "/rules"})
        await client.post("/new-rule", data={"name": "Sahel", "query": "JNIM", "id": "sahel"})
        page = await client.get("/")

    assert (login.status_code, login.headers["location"]) == (303, "/rules")
    cookie = login.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert TOKEN not in cookie
    assert (await office.rules.history("sahel"))[0].who == "Ann"
    assert "Log out" in page.text


@pytest.mark.parametrize(
    ("scheme", "host", "is_encrypted"),
    [
        ("http", "localhost:8000", False),
        ("https", "localhost:8000", True),
        ("http", "alerts.example.org", True),
        ("http", "alerts.example.org:8000", False),
    ],
)
def test_a_login_behind_a_proxy_with_tls_is_for_tls_alone(
    office: Office, scheme: str, host: str, *, is_encrypted: bool
) -> None:
    access = Access(TOKEN, office.clock, public_url="https://alerts.example.org")

    assert access.is_encrypted(scheme, host) is is_encrypted
    assert not Access(TOKEN, office.clock).is_encrypted("http", host)


async def test_a_login_leads_to_the_very_page_that_was_asked_for(office: Office) -> None:
    asked = "/why?article=a1&rule=sahel"
    async with office.client() as client:
        closed = await client.get(asked)
        form = await client.get(closed.headers["location"])
        login = await client.post("/login", data={"token": TOKEN, "next": asked})

    assert f'name="next" value="{escape(asked)}"' in form.text
    assert login.headers["location"] == asked


async def test_an_address_that_is_no_text_leads_to_the_login_too(office: Office) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    # No client of ours writes such an address.
    scope = {"type": "http", "method": "GET", "path": "/rules", "headers": []}
    guard = Guard(office.app, Access(TOKEN, office.clock))
    await guard(scope | {"query_string": b"q=\xff"}, lambda: asyncio.sleep(3_600, {}), send)

    assert sent[0]["status"] == 303
    assert dict(sent[0]["headers"])[b"location"] == b"/login?next=/rules%3Fq%3D%C3%BF"


async def test_a_wrong_token_is_told_on_the_login_page_and_in_the_log(office: Office) -> None:
    with structlog.testing.capture_logs() as logged:
        async with office.client() as client:
            response = await client.post("/login", data={"token": "wrong", "who": "<Ann>"})
            closed = await client.get("/rules")

    [entry] = logged
    assert entry["event"] == "login refused"
    assert entry["client"].startswith("client-")
    assert "wrong" not in entry.values()
    assert response.status_code == 401
    assert "TOCSIN_CONSOLE_TOKEN" in response.text
    assert "set-cookie" not in response.headers
    assert closed.status_code == 303


async def test_logging_out_ends_the_session(office: Office) -> None:
    async with office.client() as client:
        await client.post("/login", data={"token": TOKEN})
        await client.post("/logout")
        response = await client.get("/rules")

    assert response.status_code == 303


async def test_a_session_ends_by_itself(office: Office) -> None:
    async with office.client() as client:
        await client.post("/login", data={"token": TOKEN})
        office.clock.advance(hours=11)
        before = await client.get("/rules")
        office.clock.advance(hours=2)
        after = await client.get("/rules")

    assert (before.status_code, after.status_code) == (200, 303)


async def test_a_forged_session_opens_nothing(office: Office) -> None:
    real = Access(TOKEN, office.clock).open_session("ann")
    other = Access("another-token-of-length", office.clock).open_session("ann")
    body, _, signature = real.partition(".")

    async with office.client() as client:
        for forged in ("", ".", "x", body, f"{body}.", f"{body}x.{signature}", other):
            response = await client.get("/rules", headers={"cookie": f"{COOKIE}={forged}"})
            assert response.status_code == 303, forged


async def test_the_login_is_skipped_where_there_is_no_token() -> None:
    async with Office().client() as client:
        response = await client.get("/login")

    assert (response.status_code, response.headers["location"]) == (303, "/")


async def test_the_style_sheet_of_the_login_page_is_open(office: Office) -> None:
    async with office.client() as client:
        assert (await client.get("/static/console.css")).status_code == 200


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/rules", "/rules"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_pages_of_ours_only(path: str, target: str) -> None:
    assert local(path) == target


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("Ann", "Ann"),
        ("  Ann  O'Neill ", "Ann  O'Neill"),
        ("Ann\r\nSet-Cookie: x\x00", "AnnSet-Cookie: x"),
        ("", ANYBODY),
        ("\u202e\u200b", ANYBODY),
        ("a" * 100, "a" * 64),
    ],
)
def test_a_name_for_the_history_is_one_printable_line(claimed: str, name: str) -> None:
    assert name_of(claimed) == name


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8000"])
async def test_another_host_name_is_refused(host: str) -> None:
    office = Office()

    async with office.client() as client:
        for path in ("/", "/api/v1/rules", "/static/console.css"):
            response = await client.get(path, headers={"host": host})
            assert response.status_code == 400
            assert "TOCSIN_CONSOLE_ALLOWED_HOSTS" in response.text


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("[::1]:8000", True),
        ("a.example.org", True),
        ("a.b.example.org:443", True),
        ("example.org", False),
        ("evilexample.org", False),
        ("localhost.evil.example", False),
        ("localhost:8000:8000", False),
        ("user@localhost", False),
        ("::1", False),
        ("", False),
    ],
)
def test_the_console_goes_by_its_own_names(host: str, is_ours: bool) -> None:  # noqa: FBT001 -- one case of a table
    assert goes_by(host, ("localhost", "[::1]", "*.example.org")) == is_ours


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://localhost:8000"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "http://localhost:8000", "sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_no_other_site_can_change_anything(headers: dict[str, str], status: int) -> None:
    office = Office()
    await office.rule()

    async with office.client() as client:
        page = await client.post("/rules/sahel/delete", headers=headers)
        api = await client.delete("/api/v1/rules/sahel", headers=headers)

    assert page.status_code == status
    assert api.status_code == (404 if status == 303 else 403)
    assert await office.rules.count() == (0 if status == 303 else 1)


async def test_another_site_may_link_to_us() -> None:
    async with Office().client() as client:
        response = await client.get("/", headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 200
