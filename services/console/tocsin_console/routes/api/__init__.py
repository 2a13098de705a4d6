"""The JSON API, /api/v1: whatever the pages do, programs can do."""

from fastapi import APIRouter

from tocsin_console.routes.api import (
    alerts,
    bounces,
    inbox,
    operations,
    regions,
    rules,
    subscribers,
)
from tocsin_console.routes.problems import Problem


def router() -> APIRouter:
    api = APIRouter(
        prefix="/api/v1",
        responses={
            "4XX": {"model": Problem, "description": "What is wrong with the request"},
            "503": {"model": Problem, "description": "The store is away; try again"},
        },
    )
    for part in (rules, regions, subscribers, alerts, operations, bounces, inbox):
        api.include_router(part.router)
    return api


def for_mail_systems() -> APIRouter:
    """Return the one part that mail systems call, where ingest has its like: at /v1."""
    api = APIRouter(prefix="/v1", include_in_schema=False)
    api.post("/bounces")(bounces.take_bounces)
    return api
