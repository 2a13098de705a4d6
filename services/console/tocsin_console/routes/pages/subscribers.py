"""Subscribers, their channels and subscriptions, on one page; each form adds or changes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, SecretStr, ValidationError

from tocsin.documents import SubscriberDocument, SubscriptionDocument
from tocsin.errors import InvalidDocumentError, NotFoundError
from tocsin.ports.subscribers import Directory
from tocsin_console.routes import channels
from tocsin_console.routes.backends import Backends, Behind, Who
from tocsin_console.routes.channels import ChannelInput, ChannelView
from tocsin_console.routes.forms import Errors, errors_of, identifier
from tocsin_console.routes.templates import render


router = APIRouter()

SUGGESTED = 200  # rules offered for a subscription; others are typed


class SubscriberForm(BaseModel):
    name: str = ""
    time_zone: str = "UTC"


class ChannelForm(BaseModel):
    subscriber: str = ""
    name: str = ""
    url: SecretStr = SecretStr("")


class SubscriptionForm(BaseModel):
    subscriber: str = ""
    rule: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    subscriber: SubscriberDocument
    channels: Sequence[ChannelView]
    subscriptions: Sequence[SubscriptionDocument]


@router.get("/subscribers")
async def subscribers(request: Request, behind: Behind, done: str = "") -> Response:
    return await _page(request, behind, done=done)


@router.post("/subscribers")
async def add_subscriber(
    request: Request, behind: Behind, form: Annotated[SubscriberForm, Form()]
) -> Response:
    directory = await behind.subscribers.directory()
    taken = {each.id for each in directory.subscribers}
    try:
        document = SubscriberDocument(
            id=identifier(form.name, taken, "subscriber"),
            name=form.name,
            time_zone=form.time_zone or "UTC",
        )
    except ValidationError as error:
        return await _page(request, behind, subscriber=form, errors=errors_of(error, "subscriber"))
    await behind.subscribers.put(document)
    return _done("subscriber")


@router.post("/channels")
async def add_channel(
    request: Request, behind: Behind, form: Annotated[ChannelForm, Form()]
) -> Response:
    directory = await behind.subscribers.directory()
    taken = {each.id for each in directory.channels}
    try:
        sent = ChannelInput(
            id=identifier(f"{form.subscriber}-{form.name}", taken, "channel"),
            subscriber=form.subscriber,
            name=form.name,
            url=form.url or None,
        )
        await behind.subscribers.put(channels.document(sent, directory))
    except ValidationError as error:
        return await _page(request, behind, channel=form, errors=errors_of(error, "channel"))
    except InvalidDocumentError as error:
        errors = {f"channel{error.field.replace('/', '-')}": error.problem}
        return await _page(request, behind, channel=form, errors=errors)
    return _done("channel")


@router.post("/subscriptions")
async def add_subscription(
    request: Request, behind: Behind, form: Annotated[SubscriptionForm, Form()]
) -> Response:
    directory = await behind.subscribers.directory()
    taken = {each.id for each in directory.subscriptions}
    rule = form.rule.strip()
    try:
        await behind.rules.get(rule)
    except NotFoundError:
        errors = {
            "subscription-rule": f"there is no rule {rule!r}: write its id, as in the list of rules"
        }
        return await _page(request, behind, subscription=form, errors=errors)
    document = SubscriptionDocument(
        id=identifier(f"{form.subscriber}-{rule}", taken, "subscription"),
        subscriber=form.subscriber,
        rule=rule,
        channels=(form.channel,) if form.channel else (),
    )
    channels.check_channels(document, directory)
    await behind.subscribers.put(document)
    return _done("subscription")


@router.post("/subscribers/{subscriber_id}/delete")
async def delete_subscriber(behind: Behind, subscriber_id: str) -> Response:
    await behind.subscribers.delete_subscriber(subscriber_id)
    return _done("deleted")


@router.post("/channels/{channel_id}/delete")
async def delete_channel(behind: Behind, channel_id: str) -> Response:
    await behind.subscribers.delete_channel(channel_id)
    return _done("deleted")


@router.post("/channels/{channel_id}/confirm")
async def confirm_channel(behind: Behind, who: Who, channel_id: str) -> Response:
    await channels.confirm(behind, channel_id, who)
    return _done("confirmed")


@router.post("/channels/{channel_id}/ask")
async def ask_channel(behind: Behind, who: Who, channel_id: str) -> Response:
    await channels.ask_again(behind, channel_id, who)
    return _done("asked")


@router.post("/channels/{channel_id}/disable")
async def disable_channel(behind: Behind, who: Who, channel_id: str) -> Response:
    await channels.disable(behind, channel_id, who, "")
    return _done("disabled")


@router.post("/channels/{channel_id}/enable")
async def enable_channel(behind: Behind, who: Who, channel_id: str) -> Response:
    await channels.enable(behind, channel_id, who)
    return _done("enabled")


@router.post("/subscriptions/{subscription_id}/delete")
async def delete_subscription(behind: Behind, subscription_id: str) -> Response:
    await behind.subscribers.delete_subscription(subscription_id)
    return _done("deleted")


async def _page(
    request: Request,
    backends: Backends,
    *,
    done: str = "",
    errors: Errors | None = None,
    subscriber: SubscriberForm | None = None,
    channel: ChannelForm | None = None,
    subscription: SubscriptionForm | None = None,
) -> Response:
    directory = await backends.subscribers.directory()
    return render(
        request,
        "subscribers.html",
        status=422 if errors else 200,
        entries=entries(directory),
        channels=[channels.view(each, directory) for each in directory.channels],
        rules=await backends.rules.page(limit=SUGGESTED),
        done=done,
        errors=errors or {},
        subscriber=subscriber or SubscriberForm(),
        channel=channel or ChannelForm(),
        subscription=subscription or SubscriptionForm(),
    )


def entries(directory: Directory) -> Sequence[Entry]:
    return [
        Entry(
            subscriber,
            channels.of_subscriber(directory, subscriber.id),
            [each for each in directory.subscriptions if each.subscriber == subscriber.id],
        )
        for subscriber in directory.subscribers
    ]


def _done(what: str) -> Response:
    return RedirectResponse(f"/subscribers?done={what}", 303)
