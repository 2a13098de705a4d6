"""Requests that come again with their key."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from ingest.api import ARTICLES, JSON, NDJSON, Api
from tocsin.article import Article
from tocsin.errors import StoreUnavailableError
from tocsin.ports.articles import Published
from tocsin.ports.idempotency import Answer, Claim
from tocsin_ingest.routes import idempotency


DIBOLI = {"title": "Attack on Diboli", "text": "Armed men came."}
LINES = [DIBOLI, {"title": 5}, {"title": "Kayes is calm today"}]


async def test_a_repetition_gets_the_first_answer_again(api: Api) -> None:
    first = await api.push(DIBOLI, Idempotency_Key="k1")
    second = await api.push(DIBOLI, Idempotency_Key="k1")

    assert first.json["new"]
    assert (second.status, second.body) == (first.status, first.body)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Content-Type"] == JSON
    assert not (await api.push(DIBOLI)).json["new"]


async def test_a_batch_that_is_repeated_gets_the_first_results_again(api: Api) -> None:
    first = await api.push_lines(*LINES, Idempotency_Key="k1")
    second = await api.push_lines(*LINES, Idempotency_Key="k1")

    assert [line.get("new") for line in first.lines] == [True, None, True]
    assert (second.status, second.body) == (200, first.body)
    assert second.headers["Content-Type"].startswith(NDJSON)


async def test_a_key_may_be_quoted_as_the_draft_has_it(api: Api) -> None:
    first = await api.push(DIBOLI, Idempotency_Key='"k1"')

    assert (await api.push(DIBOLI, Idempotency_Key="k1")).body == first.body


async def test_a_key_is_for_one_request_only(api: Api) -> None:
    await api.push(DIBOLI, Idempotency_Key="k1")

    for answer in (
        await api.push({"title": "Another"}, Idempotency_Key="k1"),
        await api.push(json.dumps(DIBOLI), "text/plain", Idempotency_Key="k1"),
        await api.push_lines(DIBOLI, Idempotency_Key="k1"),
    ):
        assert answer.status == 422
        assert answer.problem["type"].endswith(":key-reused")
    assert len(api.publisher.published) == 1


async def test_parameters_are_part_of_the_request(api: Api) -> None:
    await api.push("Attack\n\nText.", "text/plain", params={"tag": "a"}, Idempotency_Key="k1")

    other = await api.push(
        "Attack\n\nText.", "text/plain", params={"tag": "b"}, Idempotency_Key="k1"
    )

    assert other.status == 422


@pytest.mark.parametrize("content_type", [JSON, NDJSON])
async def test_while_the_first_request_is_being_answered_the_second_waits(
    api: Api, content_type: str
) -> None:
    assert isinstance(await api.ledger.begin("k1"), Claim)

    answer = await api.push(DIBOLI, content_type, Idempotency_Key="k1")

    assert answer.status == 409
    assert answer.headers["Retry-After"] == "1"
    assert answer.problem["type"].endswith(":still-running")


async def test_of_many_at_once_one_is_answered_and_all_agree(api: Api) -> None:
    answers = await asyncio.gather(*(api.push(DIBOLI, Idempotency_Key="k1") for _ in range(10)))

    assert {answer.status for answer in answers} <= {202, 409}
    assert len({answer.body for answer in answers if answer.status == 202}) == 1


async def test_an_answer_that_was_a_refusal_is_not_kept(api: Api) -> None:
    assert (await api.push({"title": 5}, Idempotency_Key="k1")).status == 422

    assert (await api.push(DIBOLI, Idempotency_Key="k1")).status == 202


async def test_an_answer_that_was_our_failure_is_not_kept(api: Api) -> None:
    api.publisher.trouble = StoreUnavailableError("away")
    assert (await api.push(DIBOLI, Idempotency_Key="k1")).status == 503
    assert (await api.push_lines(DIBOLI, Idempotency_Key="k2")).status == 503
    api.publisher.trouble = None

    assert (await api.push(DIBOLI, Idempotency_Key="k1")).json["new"]
    assert (await api.push_lines(DIBOLI, Idempotency_Key="k2")).status == 200


async def test_a_batch_that_was_not_read_to_its_end_is_not_kept(api: Api) -> None:
    lines = [{"title": f"Article number {n}"} for n in range(1_001)]
    await api.push_lines(*lines, Idempotency_Key="k1")

    again = await api.push_lines(*lines, Idempotency_Key="k1")

    assert not again.lines[0]["new"]


async def test_a_slow_request_holds_its_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "RENEW_EVERY_S", 0.01)
    renewed = asyncio.Event()
    renew, publish = api.ledger.renew, api.publisher.publish

    async def seen(claim: Claim) -> None:
        await renew(claim)
        renewed.set()

    async def slow(articles: Sequence[Article]) -> Sequence[Published]:
        api.clock.advance(seconds=14)
        await renewed.wait()
        api.clock.advance(seconds=14)
        return await publish(articles)

    api.ledger.renew = seen  # type: ignore[method-assign] # watched
    api.publisher.publish = slow  # type: ignore[method-assign] # slowed down
    first = await api.push(DIBOLI, Idempotency_Key="k1")

    assert first.status == 202
    assert (await api.push(DIBOLI, Idempotency_Key="k1")).body == first.body
    renewed.clear()
    await asyncio.sleep(0.05)
    assert not renewed.is_set()


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same(api: Api) -> None:
    async def away(claim: Claim, answer: Answer | None = None) -> None:
        raise StoreUnavailableError("went away")

    api.ledger.finish = api.ledger.abandon = away  # type: ignore[method-assign] # the store goes away

    assert (await api.push(DIBOLI, Idempotency_Key="k1")).status == 202


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "a\tb", "clé"])
async def test_a_key_that_cannot_be_used_is_refused(api: Api, key: str) -> None:
    answer = await api.push(DIBOLI, Idempotency_Key=key)

    assert answer.status == 400
    assert answer.problem["type"].endswith(":bad-idempotency-key")
    assert api.publisher.published == []


async def test_a_sender_that_went_away_leaves_its_key_free(api: Api) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\nIdempotency-Key: k1\r\n"
        'Transfer-Encoding: chunked\r\n\r\n10\r\n{"title": "xyz"}\r\n'.encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async with asyncio.timeout(10):
        while (answer := await api.push_lines(DIBOLI, Idempotency_Key="k1")).status == 409:  # noqa: ASYNC110 -- told from outside
            await asyncio.sleep(0.01)
    assert answer.status == 200
