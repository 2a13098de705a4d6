"""Who may push, and how much."""

import pytest

from ingest import api as http
from ingest.api import ARTICLES, DIBOLI


TOKEN = "correct horse battery"


@pytest.mark.parametrize(
    "shown", [None, "", "wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer é"]
)
async def test_without_the_token_nothing_is_taken_or_shown(shown: str | None) -> None:
    async with http.serving(token=TOKEN) as api:
        headers = {} if shown is None else {"Authorization": shown}

        for answer in (
            await api.push(DIBOLI, **headers),
            await api.push("{", **headers),
            await api.push("x", "text/plain", params={"nonsense": "1"}, **headers),
            await api.get(f"{ARTICLES}/x", **headers),
        ):
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.problem["title"] == "A token is needed"
        assert api.publisher.published == []


async def test_with_the_token_articles_are_taken() -> None:
    async with http.serving(token=TOKEN) as api:
        assert (await api.push(DIBOLI, Authorization=f"Bearer {TOKEN}")).status == 202
        assert (await api.push(DIBOLI, Authorization=f"bearer {TOKEN}")).status == 202


async def test_a_client_that_pushes_too_much_waits_until_its_bucket_fills() -> None:
    async with http.serving(rate=2, burst=3) as api:
        answers = [await api.push({"title": f"Article number {n}"}) for n in range(4)]

        assert [answer.status for answer in answers] == [202, 202, 202, 429]
        assert answers[3].headers["Retry-After"] == "1"
        assert answers[3].problem["type"].endswith(":too-many")
        api.clock.advance(seconds=1)
        assert (await api.push(DIBOLI)).status == 202


async def test_a_batch_may_run_into_debt_which_is_then_paid_off() -> None:
    async with http.serving(rate=2, burst=3) as api:
        answer = await api.push_lines(*({"title": f"Article number {n}"} for n in range(11)))
        assert len(answer.lines) == 11

        refused = await api.push(DIBOLI)

        assert refused.headers["Retry-After"] == "5"
        api.clock.advance(seconds=5)
        assert (await api.push(DIBOLI)).status == 202


async def test_a_rate_of_0_is_no_limit() -> None:
    async with http.serving(rate=0, burst=1) as api:
        assert {(await api.push({"title": f"Article {n} of many"})).status for n in range(5)} == {
            202
        }
