import secrets
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.ports.idempotency import Answer, Claim, Running


CLAIM_S = 15
ANSWER_S = 86_400
CLAIMED = b"claimed:"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    fingerprint: str
    status: int
    media_type: str
    body: bytes
    location: str


class RedisIdempotencyLedger:
    """One key for each request: first the claim, then the answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._end = script(redis, "end_idempotency_claim")
        self._renew = script(redis, "renew_idempotency_claim")

    async def begin(self, key: str) -> Claim | Running | Answer:
        claim = Claim(key, secrets.token_hex(8))
        with available():
            found: Any = await self._redis.set(
                _place(key), _mark(claim), nx=True, get=True, ex=CLAIM_S
            )
        if found is None:
            return claim
        if found.startswith(CLAIMED):
            return Running()
        kept = _Kept.model_validate_json(found)
        return Answer(kept.fingerprint, kept.status, kept.media_type, kept.body, kept.location)

    async def renew(self, claim: Claim) -> None:
        with available():
            await self._renew(keys=[_place(claim.key)], args=[_mark(claim), CLAIM_S])

    async def finish(self, claim: Claim, answer: Answer) -> None:
        kept = _Kept(
            fingerprint=answer.fingerprint,
            status=answer.status,
            media_type=answer.media_type,
            body=answer.body,
            location=answer.location,
        )
        await self._replace(claim, kept.model_dump_json().encode())

    async def abandon(self, claim: Claim) -> None:
        await self._replace(claim, b"")

    async def _replace(self, claim: Claim, value: bytes) -> None:
        with available():
            await self._end(keys=[_place(claim.key)], args=[_mark(claim), value, ANSWER_S])


def _place(key: str) -> str:
    # The sender's key may hold anything and be long; ours are plain and short.
    return keys.idempotency(blake2b(key.encode(), digest_size=16).hexdigest())


def _mark(claim: Claim) -> bytes:
    return CLAIMED + claim.token.encode()
