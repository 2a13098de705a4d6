"""The pages: server-rendered, and whole without a script."""

from fastapi import APIRouter

from tocsin_console.routes.pages import (
    alerts,
    errands,
    inbox,
    letters,
    overview,
    rules,
    session,
    subscribers,
    wishes,
)


def router() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    for part in (overview, alerts, errands, rules, subscribers, wishes, letters, inbox, session):
        pages.include_router(part.router)
    return pages
