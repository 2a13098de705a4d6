"""What a subscriber wants, and how a subscription's alerts come: a page each, to change it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from tocsin.documents import Mode, SubscriberDocument, SubscriptionDocument
from tocsin.ports.subscribers import Directory
from tocsin_console.routes import channels
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.forms import Errors, errors_of
from tocsin_console.routes.templates import render
from tocsin_console.routes.wish_forms import SubscriberWishes, SubscriptionWishes


router = APIRouter()


@router.get("/subscribers/{subscriber_id}")
async def edit_subscriber(request: Request, behind: Behind, subscriber_id: str) -> Response:
    subscriber = (await behind.subscribers.directory()).subscriber(subscriber_id)
    return _subscriber_page(request, subscriber, SubscriberWishes.of(subscriber))


@router.post("/subscribers/{subscriber_id}")
async def save_subscriber(
    request: Request, behind: Behind, subscriber_id: str, form: Annotated[SubscriberWishes, Form()]
) -> Response:
    standing = (await behind.subscribers.directory()).subscriber(subscriber_id)
    try:
        document = form.document(subscriber_id)
    except ValidationError as error:
        return _subscriber_page(request, standing, form, errors_of(error, "subscriber"))
    await behind.subscribers.put(document)
    return _saved()


@router.get("/subscriptions/{subscription_id}")
async def edit_subscription(request: Request, behind: Behind, subscription_id: str) -> Response:
    directory = await behind.subscribers.directory()
    subscription = directory.subscription(subscription_id)
    wishes = SubscriptionWishes.of(subscription)
    return _subscription_page(request, directory, subscription, wishes)


@router.post("/subscriptions/{subscription_id}")
async def save_subscription(
    request: Request,
    behind: Behind,
    subscription_id: str,
    form: Annotated[SubscriptionWishes, Form()],
) -> Response:
    directory = await behind.subscribers.directory()
    standing = directory.subscription(subscription_id)
    try:
        document = form.document(standing)
    except ValidationError as error:
        errors = _with_schedule(errors_of(error, "subscription"), form)
        return _subscription_page(request, directory, standing, form, errors)
    channels.check_channels(document, directory)
    await behind.subscribers.put(document)
    return _saved()


def _subscriber_page(
    request: Request,
    subscriber: SubscriberDocument,
    form: SubscriberWishes,
    errors: Errors | None = None,
) -> Response:
    return render(
        request,
        "subscriber.html",
        status=422 if errors else 200,
        subscriber=subscriber,
        form=form,
        errors=errors or {},
    )


def _subscription_page(
    request: Request,
    directory: Directory,
    subscription: SubscriptionDocument,
    form: SubscriptionWishes,
    errors: Errors | None = None,
) -> Response:
    return render(
        request,
        "subscription.html",
        status=422 if errors else 200,
        subscription=subscription,
        subscriber=directory.subscriber(subscription.subscriber),
        channels=channels.of_subscriber(directory, subscription.subscriber),
        form=form,
        errors=errors or {},
    )


def _with_schedule(errors: Errors, form: SubscriptionWishes) -> Errors:
    """Return the errors with the one of the whole, that no digest's time is said, at its field."""
    if form.mode != Mode.INSTANT and not form.digest.strip():
        return {**errors, "subscription-digest": "say when digests are sent"}
    return errors


def _saved() -> Response:
    return RedirectResponse("/subscribers?done=changed", 303)
