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
