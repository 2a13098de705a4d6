from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from tocsin.documents import RuleDocument
from tocsin.errors import NotFoundError
from tocsin.events import RuleChanged
from tocsin_console.routes.backends import Behind, Who
from tocsin_console.routes.preconditions import (
    IfMatch,
    IfNoneMatch,
    etag,
    expected_version,
    require_same,
    standing_version,
)
from tocsin_console.routes.problems import Problem
from tocsin_console.routes.rule_changes import create, save, switch
from tocsin_console.routes.rule_check import RuleCheck, RuleDraft, check


router = APIRouter(tags=["rules"])

RuleId = Annotated[str, Path(max_length=64, examples=["sahel-jnim"])]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
Reason = Annotated[str, Query(max_length=500, description="Why, for the audit.")]

CHANGED_MEANWHILE: dict[int | str, dict[str, Any]] = {
    412: {"model": Problem, "description": "Somebody else changed the rule"}
}


class RulePage(BaseModel):
    """``next`` is the ``after`` of the next page; null on the last."""

    items: tuple[RuleDocument, ...]
    next: str | None
    total: int


class RuleHistory(BaseModel):
    items: tuple[RuleChanged, ...]


@router.get("/rules")
async def list_rules(
    behind: Behind,
    after: Annotated[str, Query(max_length=64, description="Begin after this id.")] = "",
    q: Annotated[
        str, Query(max_length=200, description="Only those with this in their id, name or query.")
    ] = "",
    limit: Limit = 100,
) -> RulePage:
    """List the rules, ordered by id. A search gives one page."""
    total = await behind.rules.count()
    if q:
        return RulePage(
            items=tuple(await behind.rules.search(q, limit=limit)), next=None, total=total
        )
    rules = await behind.rules.page(after, limit=limit + 1)
    more = len(rules) > limit
    return RulePage(
        items=tuple(rules[:limit]), next=rules[limit - 1].id if more else None, total=total
    )


@router.post(
    "/rules",
    status_code=201,
    responses={409: {"model": Problem, "description": "There is a rule with this id"}},
)
async def create_rule(
    behind: Behind, who: Who, rule: RuleDocument, response: Response, reason: Reason = ""
) -> RuleDocument:
    saved = await create(behind, rule, who=who, reason=reason)
    response.headers["etag"] = etag(saved.version)
    response.headers["location"] = f"/api/v1/rules/{saved.id}"
    return saved


@router.post("/rules:check")
async def check_rule(behind: Behind, rule: RuleDraft) -> RuleCheck:
    """Tell what a rule would mean, and what is wrong with it; nothing is saved."""
    return check(rule, behind.gazetteer, behind.lists)


@router.get("/rules/{rule_id}")
async def get_rule(behind: Behind, rule_id: RuleId, response: Response) -> RuleDocument:
    """The ETag is the rule's version, in quotes."""
    rule = await behind.rules.get(rule_id)
    response.headers["etag"] = etag(rule.version)
    return rule


@router.put(
    "/rules/{rule_id}",
    responses=CHANGED_MEANWHILE | {201: {"model": RuleDocument, "description": "Created"}},
)
async def put_rule(
    behind: Behind,
    who: Who,
    rule_id: RuleId,
    rule: RuleDocument,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
    reason: Reason = "",
) -> RuleDocument:
    """Create or replace a rule. The version in the body is ignored: ``If-Match`` says it."""
    require_same(rule.id, rule_id)
    standing = await standing_version(behind.rules, rule_id)
    expected = expected_version(standing, if_match, if_none_match)
    saved = await save(behind, rule, who=who, reason=reason, expected_version=expected)
    response.headers["etag"] = etag(saved.version)
    response.status_code = 200 if standing else 201
    return saved


@router.delete("/rules/{rule_id}", status_code=204, responses=CHANGED_MEANWHILE)
async def delete_rule(
    behind: Behind, who: Who, rule_id: RuleId, if_match: IfMatch = None, reason: Reason = ""
) -> None:
    expected = expected_version(await standing_version(behind.rules, rule_id), if_match)
    await behind.rules.delete(rule_id, who=who, reason=reason, expected_version=expected)


@router.post("/rules/{rule_id}/enable")
async def enable_rule(
    behind: Behind, who: Who, rule_id: RuleId, response: Response, reason: Reason = ""
) -> RuleDocument:
    saved = await switch(behind, rule_id, who=who, reason=reason, enabled=True)
    response.headers["etag"] = etag(saved.version)
    return saved


@router.post("/rules/{rule_id}/disable")
async def disable_rule(
    behind: Behind, who: Who, rule_id: RuleId, response: Response, reason: Reason = ""
) -> RuleDocument:
    saved = await switch(behind, rule_id, who=who, reason=reason, enabled=False)
    response.headers["etag"] = etag(saved.version)
    return saved


@router.get("/rules/{rule_id}/history")
async def rule_history(behind: Behind, rule_id: RuleId, limit: Limit = 100) -> RuleHistory:
    """What was done to a rule, newest first; also to one that was deleted."""
    changes = await behind.rules.history(rule_id, limit=limit)
    if not changes:
        raise NotFoundError("rule", rule_id)
    return RuleHistory(items=tuple(changes))
