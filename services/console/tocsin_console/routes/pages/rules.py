from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Header, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from tocsin.documents import RegionCondition, RuleDocument
from tocsin.errors import NotFoundError, VersionConflictError
from tocsin.regions.gazetteer import Gazetteer
from tocsin_console.routes.backends import Backends, Behind, Who
from tocsin_console.routes.forms import Errors, errors_of
from tocsin_console.routes.problems import AlreadyThereError, InvalidRequestError
from tocsin_console.routes.regions import name_of
from tocsin_console.routes.rule_changes import create, save, switch
from tocsin_console.routes.rule_check import RuleCheck, check
from tocsin_console.routes.rule_form import RuleForm
from tocsin_console.routes.templates import render


router = APIRouter()

SHOWN = 100
LOOKED_AT = 200  # matched articles, to tell when a rule last matched
HISTORY = 200

RuleFormData = Annotated[RuleForm, Form()]


@router.get("/rules")
async def rules(
    request: Request,
    behind: Behind,
    after: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    done: str = "",
) -> Response:
    if q.strip():
        found = await behind.rules.search(q.strip(), limit=SHOWN + 1)
    else:
        found = await behind.rules.page(after, limit=SHOWN + 1)
    return render(
        request,
        "rules.html",
        rules=found[:SHOWN],
        more=len(found) > SHOWN,
        total=await behind.rules.count(),
        last_matches=await last_matches(behind),
        regions={rule.id: region_names(rule, behind.gazetteer) for rule in found[:SHOWN]},
        after=after,
        q=q,
        done=done,
        now=behind.clock.now(),
    )


@router.get("/new-rule")
async def new_rule(request: Request) -> Response:
    return _editor(request, RuleForm.blank())


@router.post("/new-rule")
async def save_new_rule(request: Request, behind: Behind, who: Who, form: RuleFormData) -> Response:
    try:
        rule = form.with_id().document()
        saved = await create(behind, rule, who=who, reason=form.reason)
    except ValidationError as error:
        found = mistakes(form, behind)
        return _editor(request, form, found=found, errors=errors_of(error, "rule"), status=422)
    except InvalidRequestError:
        return _editor(
            request, form, found=check(form.draft(), behind.gazetteer, behind.lists), status=422
        )
    except AlreadyThereError as error:
        return _editor(request, form, errors={"rule-id": str(error)}, status=409)
    return RedirectResponse(f"/rules/{saved.id}?done=created", 303)


@router.post("/check-rule")
async def check_rule(
    request: Request,
    behind: Behind,
    form: RuleFormData,
    x_part: Annotated[str | None, Header()] = None,
) -> Response:
    """Show what the rule in the form means; a script asks for that part of the page alone."""
    form = form.with_fix()
    try:
        found = check(form.draft(), behind.gazetteer, behind.lists)
    except ValidationError as error:
        return _editor(request, form, errors=errors_of(error, "rule"), part=x_part)
    return _editor(request, form, found=found, part=x_part)


@router.get("/rules/{rule_id}")
async def edit_rule(request: Request, behind: Behind, rule_id: str, done: str = "") -> Response:
    rule = await behind.rules.get(rule_id)
    form = RuleForm.of(rule)
    return _editor(request, form, found=check(rule, behind.gazetteer, behind.lists), done=done)


@router.post("/rules/{rule_id}")
async def save_rule(
    request: Request, behind: Behind, who: Who, rule_id: str, form: RuleFormData
) -> Response:
    form = form.model_copy(update={"id": rule_id})
    try:
        await save(
            behind, form.document(), who=who, reason=form.reason, expected_version=form.version
        )
    except ValidationError as error:
        return _editor(request, form, errors=errors_of(error, "rule"), status=422)
    except InvalidRequestError:
        return _editor(
            request, form, found=check(form.draft(), behind.gazetteer, behind.lists), status=422
        )
    except VersionConflictError as error:
        return _editor(
            request, form.model_copy(update={"version": error.found}), conflict=True, status=412
        )
    return RedirectResponse(f"/rules/{rule_id}?done=saved", 303)


@router.post("/rules/{rule_id}/enable")
async def enable_rule(behind: Behind, who: Who, rule_id: str) -> Response:
    await switch(behind, rule_id, who=who, enabled=True)
    return RedirectResponse(f"/rules/{rule_id}?done=enabled", 303)


@router.post("/rules/{rule_id}/disable")
async def disable_rule(behind: Behind, who: Who, rule_id: str) -> Response:
    await switch(behind, rule_id, who=who, enabled=False)
    return RedirectResponse(f"/rules/{rule_id}?done=disabled", 303)


@router.post("/rules/{rule_id}/delete")
async def delete_rule(behind: Behind, who: Who, rule_id: str) -> Response:
    await behind.rules.delete(rule_id, who=who)
    return RedirectResponse("/rules?done=deleted", 303)


@router.get("/rules/{rule_id}/history")
async def rule_history(request: Request, behind: Behind, rule_id: str) -> Response:
    changes = await behind.rules.history(rule_id, limit=HISTORY)
    if not changes:
        raise NotFoundError("rule", rule_id)
    return render(
        request,
        "history.html",
        rule_id=rule_id,
        deleted=changes[0].after is None,
        changes=[(change, differences(change.before, change.after)) for change in changes],
        now=behind.clock.now(),
    )


def region_names(rule: RuleDocument, gazetteer: Gazetteer) -> Sequence[str]:
    """Return the regions that a rule asks for, by name."""
    condition = rule.regions or RegionCondition()
    return [name_of(written, gazetteer) for written in (*condition.any, *condition.all)]


def mistakes(form: RuleForm, backends: Backends) -> RuleCheck | None:
    """Return what is wrong with the rule itself, beside fields that hold what they cannot."""
    try:
        found = check(form.draft(), backends.gazetteer, backends.lists)
    except ValidationError:
        return None
    return None if found.ok else found


async def last_matches(backends: Backends) -> Mapping[str, datetime]:
    """Return when each rule last matched, of those that lately did."""
    recent = await backends.articles.recent_matches(LOOKED_AT)
    return {
        match.rule_id: event.matched_at for event in reversed(recent) for match in event.matches
    }


def differences(
    before: RuleDocument | None, after: RuleDocument | None
) -> Sequence[tuple[str, str, str]]:
    """Return (field, before, after) of whatever differs, as people write it."""
    old, new = (RuleForm.of(each).shown() if each else {} for each in (before, after))
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _editor(
    request: Request,
    form: RuleForm,
    *,
    found: RuleCheck | None = None,
    errors: Errors | None = None,
    conflict: bool = False,
    done: str = "",
    part: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "check.html" if part == "check" else "rule.html",
        status=status,
        form=form,
        found=found,
        errors=errors or {},
        conflict=conflict,
        done=done,
    )
