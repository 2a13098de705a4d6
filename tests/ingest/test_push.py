"""One article over HTTP."""

from datetime import UTC, datetime

from ingest import api as http
from ingest.api import ARTICLES, DIBOLI, Api
from tocsin_ingest.stages.draft import Draft


async def test_a_new_article_is_taken_and_can_be_looked_at(api: Api) -> None:
    answer = await api.push(DIBOLI)

    assert answer.status == 202
    assert answer.json == {"id": answer.json["id"], "new": True}
    assert answer.headers["Location"] == f"{ARTICLES}/{answer.json['id']}"
    looked_at = await api.get(answer.headers["Location"])
    assert looked_at.status == 200
    assert looked_at.json["title"] == "Attack on Diboli"
    assert looked_at.json["source"] == "example.org"


async def test_an_article_that_comes_again_is_known(api: Api) -> None:
    first = await api.push(DIBOLI)
    second = await api.push(DIBOLI | {"url": "https://example.org/diboli/"})

    assert second.status == 202
    assert second.json == {"id": first.json["id"], "new": False}
    assert len(api.publisher.published) == 1


async def test_everything_that_is_said_of_an_article_is_kept(api: Api) -> None:
    await api.push(
        {
            "title": "Attaque à Diboli",
            "text": "Des hommes armés.",
            "url": "https://example.org/1",
            "source": "agence",
            "language": "fr_ML",
            "authors": ["Ann", "Bob"],
            "tags": "mali",
            "published_at": "Wed, 31 Dec 2025 09:30:00 +0100",
            "guid": "42",
            "home": "country:ML",
        }
    )

    [article] = api.publisher.published
    assert (article.title, article.text) == ("Attaque à Diboli", "Des hommes armés.")
    assert (article.source, article.language) == ("agence", "fr-ML")
    assert (article.authors, article.tags) == (("Ann", "Bob"), ("mali",))
    assert article.published_at == datetime(2025, 12, 31, 8, 30, tzinfo=UTC)
    assert article.home == "country:ML"
    assert article.fetched_at == api.clock.now()


async def test_the_senders_own_identifier_may_be_called_id(api: Api) -> None:
    one = await api.push({"title": "First wording", "source": "agency", "id": "42"})
    other = await api.push({"title": "Second wording", "source": "agency", "guid": "42"})

    assert one.json["id"] == other.json["id"]


async def test_null_is_as_good_as_missing(api: Api) -> None:
    answer = await api.push({"title": "x", "text": None, "authors": None, "published_at": None})

    assert answer.status == 202


async def test_what_was_left_out_is_told(api: Api) -> None:
    answer = await api.push(DIBOLI | {"published_at": "1970-01-01"})

    assert answer.json["notes"] == ["published_at: left out, since 1970-01-01 is no likely date"]


async def test_a_text_file_is_read_as_people_save_it(api: Api) -> None:
    saved = "Attack on Diboli\n\n0\n194\n\nBy Ann Diallo\nDate: December 31, 2025\n\nDiboli, Mali – Armed men came.\n\nLeave a reply"

    answer = await api.push(saved.encode(), "text/plain")

    assert answer.status == 202
    [article] = api.publisher.published
    assert article.title == "Attack on Diboli"
    assert article.text == "Diboli, Mali – Armed men came."
    assert article.authors == ("Ann Diallo",)
    assert article.published_at == datetime(2025, 12, 31, tzinfo=UTC)


async def test_parameters_say_what_a_text_does_not_and_win_over_what_it_does(api: Api) -> None:
    answer = await api.push(
        "Title in the file\nBy Ann\n\nArmed men came.",
        "text/plain",
        params=[
            *(("url", "https://example.org/1"), ("source", "Agence"), ("language", "fr")),
            *(("author", "Bob"), ("author", "Carl"), ("tag", "mali"), ("tag", "sahel")),
            *(("published_at", "2025-12-30"), ("guid", "7"), ("home", "country:ML")),
        ],
    )

    assert answer.status == 202
    [article] = api.publisher.published
    assert (article.title, article.text) == ("Title in the file", "Armed men came.")
    assert (article.url, article.source) == ("https://example.org/1", "Agence")
    assert (article.language, article.home) == ("fr", "country:ML")
    assert (article.authors, article.tags) == (("Bob", "Carl"), ("mali", "sahel"))
    assert article.published_at == datetime(2025, 12, 30, tzinfo=UTC)


async def test_text_in_another_encoding_is_read(api: Api) -> None:
    await api.push(
        "Sandaré attaqué\n\nDes hommes armés.".encode("cp1252"), "text/plain; charset=iso-8859-1"
    )

    assert api.publisher.published[0].title == "Sandaré attaqué"


async def test_a_page_is_read_by_its_reader(api: Api) -> None:
    api.pages.draft = Draft(title="Attack on Diboli", text="Armed men came.", authors=("Ann",))

    answer = await api.push(
        b"<html>",
        "text/html; charset=utf-8",
        params={"url": "https://example.org/1", "tag": "mali"},
    )

    assert answer.status == 202
    assert api.pages.asked == [(b"<html>", "text/html; charset=utf-8", "https://example.org/1")]
    [article] = api.publisher.published
    assert (article.title, article.authors, article.tags) == (
        "Attack on Diboli",
        ("Ann",),
        ("mali",),
    )


async def test_what_is_not_there_and_what_cannot_be_done_are_problems_too(api: Api) -> None:
    assert (await api.get(f"{ARTICLES}/unknown")).problem["status"] == 404
    assert (await api.get("/nothing")).problem["status"] == 404
    assert (await api.get(f"{ARTICLES}/{'x' * 65}")).problem["status"] == 422
    refused = await api.ask("DELETE", ARTICLES)
    assert refused.problem["status"] == 405
    assert refused.headers["Allow"] == "POST"


async def test_a_mistake_of_ours_is_told_without_its_details() -> None:
    async with http.serving() as api:
        api.publisher.publish = None  # type: ignore[assignment,method-assign] # the mistake

        answer = await api.push(DIBOLI)

        assert answer.status == 500
        assert "NoneType" not in answer.body.decode()
        assert answer.problem["title"] == "Something is wrong here"
