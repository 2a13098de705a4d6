"""The endpoints."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tocsin.events import ArticleIngested
from tocsin_ingest.routes import batches, idempotency, many, openapi, single
from tocsin_ingest.routes.admission import require_token
from tocsin_ingest.routes.desk import Desk, client, media_type
from tocsin_ingest.routes.documents import Parameters, require_none
from tocsin_ingest.routes.idempotency import Fingerprint
from tocsin_ingest.routes.problems import Problem, ProblemError


BATCHES = frozenset({batches.MEDIA_TYPE, "application/ndjson", "application/jsonl"})


def router(desk: Desk) -> APIRouter:
    bearer = HTTPBearer(auto_error=False, description="Needed where the operator has set a token")

    async def authorise(
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> None:
        require_token(desk.token, shown.credentials if shown else None)

    async def admit(request: Request) -> None:
        desk.buckets.admit(client(request))
        _require_known_type(request)

    articles = APIRouter(prefix="/v1/articles", dependencies=[Depends(authorise)])

    @articles.post(
        "",
        status_code=202,
        dependencies=[Depends(admit)],
        responses=openapi.PUSHED,
        openapi_extra={"requestBody": openapi.BODIES},
    )
    async def push(
        request: Request,
        parameters: Annotated[Parameters, Query()],
        idempotency_key: Annotated[
            str | None,
            Header(description="Has a repetition get the first answer again, for 24 hours"),
        ] = None,
    ) -> Response:
        """Take in one article, or many, each a line of JSON.

        An article is known if it was seen in the last 14 days; then it is not published again.
        The parameters say what a text or a page does not say of itself, and win over what it does.
        """
        key = None if idempotency_key is None else idempotency.checked(idempotency_key)
        kind = media_type(request)
        fingerprint = Fingerprint(request.url.path, request.url.query, kind)
        if kind in BATCHES:
            require_none(parameters)
            return await many.push(desk, request, fingerprint, key)
        return await single.push(desk, request, parameters, fingerprint, key)

    @articles.get("/{article_id}", responses=openapi.FOUND)
    async def article(article_id: Annotated[str, Path(max_length=64)]) -> ArticleIngested:
        """Return an article as it was published, as long as the stream still holds it."""
        return await desk.log.article(article_id)

    return articles


def _require_known_type(request: Request) -> None:
    known = [*single.LIMITS, *sorted(BATCHES)]
    if media_type(request) not in known:
        raise ProblemError(
            Problem(
                415,
                "unknown-type",
                "The body's type is unknown",
                f"expected the header Content-Type to be one of {', '.join(known)}",
                closes=True,
            )
        )
