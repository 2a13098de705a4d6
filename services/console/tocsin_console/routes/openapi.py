"""The API's description, made right where FastAPI's own is not."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI


PROBLEM = "#/components/schemas/Problem"
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "The console's token, where it has one (TOCSIN_CONSOLE_TOKEN). A caller that "
    "has it may name in X-Tocsin-User for whom it acts.",
}


class Console(FastAPI):
    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        schema["components"]["securitySchemes"] = {"token": BEARER}
        # Either: a console without a token asks for none.
        schema["security"] = [{"token": []}, {}]
        for response in _responses(schema):
            _name_problems(response)
        return schema


def _responses(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            yield from operation["responses"].values()


def _name_problems(response: dict[str, Any]) -> None:
    """Give errors the media type that they are sent as: FastAPI writes JSON for whatever it is."""
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema", {}).get("$ref") == PROBLEM:
        content["application/problem+json"] = content.pop("application/json")
