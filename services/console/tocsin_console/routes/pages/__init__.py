"""The pages: server-rendered, and whole without a script."""

from fastapi import APIRouter

from tocsin_console.routes.pages import (
    alerts,
    errands,
    inbox,
    letters,
    overview,
    regions,
    rules,
    session,
    subscribers,
    wishes,
)


def router() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    looking = (overview, alerts, errands, letters, inbox, session)
    for part in (*looking, rules, regions, subscribers, wishes):
        pages.include_router(part.router)
    return pages
