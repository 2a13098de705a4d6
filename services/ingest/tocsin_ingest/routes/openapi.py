"""What the description of the API (OpenAPI) cannot learn from the endpoints themselves."""

from typing import Any

from pydantic import BaseModel

from tocsin_ingest.routes import batches
from tocsin_ingest.routes.documents import ArticleIn
from tocsin_ingest.routes.problems import MEDIA_TYPE, ProblemDocument


class AcceptedDocument(BaseModel):
    id: str
    new: bool
    notes: list[str] | None = None


SCHEMAS: dict[str, type[BaseModel]] = {
    "Article": ArticleIn,
    "Accepted": AcceptedDocument,
    "Problem": ProblemDocument,
}


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _problem(description: str, *, later: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": _schema("Problem")}},
    }
    if later:
        told["headers"] = {
            "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}
        }
    return told


_PLAIN = {"schema": {"type": "string"}}
_DENIED = _problem("The token is missing or wrong")
_AWAY = _problem("The store is away or nearly full: send the same again", later=True)

BODIES = {
    "required": True,
    "content": {
        "application/json": {"schema": _schema("Article")},
        batches.MEDIA_TYPE: {
            "schema": {"type": "string", "description": "An Article in each line"}
        },
        "text/plain": _PLAIN,
        "text/html": _PLAIN,
    },
}

PUSHED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Taken: it is durably on the stream and will be matched",
        "headers": {
            "Location": {"description": "The article", "schema": {"type": "string"}},
        },
        "content": {"application/json": {"schema": _schema("Accepted")}},
    },
    200: {
        "description": "A batch: the result of each line, in order",
        "content": {batches.MEDIA_TYPE: _PLAIN},
    },
    400: _problem("The body is no JSON, or no gzip; or the Idempotency-Key cannot be used"),
    401: _DENIED,
    408: _problem("The body did not come in time"),
    409: _problem("A request with this Idempotency-Key is being answered", later=True),
    413: _problem("The body is too large"),
    415: _problem("The type or encoding of the body is unknown"),
    422: _problem("A field is wrong, each is named; or the Idempotency-Key was used before"),
    429: _problem("Too many articles in too short a time", later=True),
    503: _AWAY,
}
FOUND: dict[int | str, dict[str, Any]] = {
    401: _DENIED,
    404: _problem("It was never taken in, or so long ago that it is gone"),
    422: _problem("That cannot be the id of an article"),
    503: _AWAY,
}


def complete(description: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas that are referred to above."""
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for name, model in SCHEMAS.items():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
    return description
