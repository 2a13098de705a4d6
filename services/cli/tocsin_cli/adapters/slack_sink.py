"""A web hook like Slack's that keeps what it gets; it says ok only when the message is stored."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.inbox import Inbox, InboxMessage
from tocsin_cli.messages.slack import RefusedError, read_slack


LARGEST = 1024 * 1024  # bytes


def slack_app(inbox: Inbox, clock: Clock) -> Starlette:
    """Return the application; it answers as Slack does: ``ok``, or why not, as plain text."""

    async def hook(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("payload_too_large", 413)
        try:
            reading = read_slack(body, request.headers.get("content-type", ""))
        except RefusedError as refused:
            return PlainTextResponse(str(refused), 400)
        message = InboxMessage(
            id="",
            kind="slack",
            received_at=clock.now(),
            # The last part of the path is the hook's password.
            recipient=f"{request.path_params['team']}/{request.path_params['hook']}",
            subject=reading.subject,
            text=reading.text,
            html="",
            raw=body,
        )
        try:
            await inbox.add(message)
        except StoreUnavailableError as error:
            headers = {"Retry-After": str(error.retry_after_s)}
            return PlainTextResponse("service_unavailable", 503, headers)
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/services/{team}/{hook}/{token}", hook, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """Return the body, or None where it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return body
