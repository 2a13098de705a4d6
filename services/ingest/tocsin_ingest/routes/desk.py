from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import Request

from tocsin.ports.articles import ArticleLog
from tocsin.ports.idempotency import IdempotencyLedger
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.ports import PageReader
from tocsin_ingest.routes.admission import TokenBuckets
from tocsin_ingest.routes.bodies import InFlight


@dataclass(frozen=True, slots=True)
class Desk:
    """What the endpoints work with. Whoever pushes must show ``token``, where there is one."""

    intake: Intake
    log: ArticleLog
    ledger: IdempotencyLedger
    pages: PageReader
    buckets: TokenBuckets
    in_flight: InFlight
    token: SecretStr | None = None


def client(request: Request) -> str:
    """Return what tells one sender from another: where it connects from."""
    return request.client.host if request.client else ""


def media_type(request: Request) -> str:
    """Return the type of the body, in lower case and without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
