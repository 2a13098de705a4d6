from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from tocsin.documents import SubscriberDocument, SubscriptionDocument
from tocsin_console.routes import channels
from tocsin_console.routes.backends import Behind, Who
from tocsin_console.routes.channels import ChannelInput, ChannelView
from tocsin_console.routes.preconditions import require_same


router = APIRouter(tags=["subscribers"])

Id = Annotated[str, Path(max_length=64)]
Reason = Annotated[str, Query(max_length=200, description="Stands with the channel.")]


class SubscriberList(BaseModel):
    items: tuple[SubscriberDocument, ...]


class ChannelList(BaseModel):
    items: tuple[ChannelView, ...]


class SubscriptionList(BaseModel):
    items: tuple[SubscriptionDocument, ...]


@router.get("/subscribers")
async def list_subscribers(behind: Behind) -> SubscriberList:
    return SubscriberList(items=(await behind.subscribers.directory()).subscribers)


@router.get("/subscribers/{subscriber_id}")
async def get_subscriber(behind: Behind, subscriber_id: Id) -> SubscriberDocument:
    return (await behind.subscribers.directory()).subscriber(subscriber_id)


@router.put("/subscribers/{subscriber_id}")
async def put_subscriber(
    behind: Behind, subscriber_id: Id, subscriber: SubscriberDocument
) -> SubscriberDocument:
    require_same(subscriber.id, subscriber_id)
    await behind.subscribers.put(subscriber)
    return subscriber


@router.delete("/subscribers/{subscriber_id}", status_code=204)
async def delete_subscriber(behind: Behind, subscriber_id: Id) -> None:
    """Remove with all their channels and subscriptions."""
    await behind.subscribers.delete_subscriber(subscriber_id)


@router.get("/channels")
async def list_channels(behind: Behind) -> ChannelList:
    directory = await behind.subscribers.directory()
    return ChannelList(items=tuple(channels.view(each, directory) for each in directory.channels))


@router.get("/channels/{channel_id}")
async def get_channel(behind: Behind, channel_id: Id) -> ChannelView:
    return await channels.shown(behind, channel_id)


@router.put("/channels/{channel_id}")
async def put_channel(behind: Behind, channel_id: Id, sent: ChannelInput) -> ChannelView:
    """Create or replace a channel. Its address is never shown again; leave it out to keep it."""
    require_same(sent.id, channel_id)
    channel = channels.document(sent, await behind.subscribers.directory())
    await behind.subscribers.put(channel)
    return await channels.shown(behind, channel_id)


@router.post("/channels/{channel_id}/confirm")
async def confirm_channel(behind: Behind, who: Who, channel_id: Id) -> ChannelView:
    """Declare that whoever reads mail there has agreed; who says so is noted."""
    return await channels.confirm(behind, channel_id, who)


@router.post("/channels/{channel_id}/ask")
async def ask_channel(behind: Behind, who: Who, channel_id: Id) -> ChannelView:
    """Send the confirmation mail once more; the link in the one before works no longer."""
    return await channels.ask_again(behind, channel_id, who)


@router.post("/channels/{channel_id}/disable")
async def disable_channel(
    behind: Behind, who: Who, channel_id: Id, reason: Reason = ""
) -> ChannelView:
    return await channels.disable(behind, channel_id, who, reason)


@router.post("/channels/{channel_id}/enable")
async def enable_channel(behind: Behind, who: Who, channel_id: Id) -> ChannelView:
    """Send there again, whoever or whatever disabled it."""
    return await channels.enable(behind, channel_id, who)


@router.delete("/channels/{channel_id}", status_code=204)
async def delete_channel(behind: Behind, channel_id: Id) -> None:
    await behind.subscribers.delete_channel(channel_id)


@router.get("/subscriptions")
async def list_subscriptions(behind: Behind) -> SubscriptionList:
    return SubscriptionList(items=(await behind.subscribers.directory()).subscriptions)


@router.get("/subscriptions/{subscription_id}")
async def get_subscription(behind: Behind, subscription_id: Id) -> SubscriptionDocument:
    return (await behind.subscribers.directory()).subscription(subscription_id)


@router.put("/subscriptions/{subscription_id}")
async def put_subscription(
    behind: Behind, subscription_id: Id, subscription: SubscriptionDocument
) -> SubscriptionDocument:
    require_same(subscription.id, subscription_id)
    await behind.rules.get(subscription.rule)
    channels.check_channels(subscription, await behind.subscribers.directory())
    await behind.subscribers.put(subscription)
    return subscription


@router.delete("/subscriptions/{subscription_id}", status_code=204)
async def delete_subscription(behind: Behind, subscription_id: Id) -> None:
    await behind.subscribers.delete_subscription(subscription_id)
