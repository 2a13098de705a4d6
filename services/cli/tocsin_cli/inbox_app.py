"""The demo inbox: a process of its own, which takes mail and Slack messages and keeps the last."""

import logging

from tocsin.adapters.connection import connect
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.system_clock import SystemClock
from tocsin.runtime import process
from tocsin_cli.adapters.slack_sink import slack_app
from tocsin_cli.adapters.smtp_sink import SmtpSink
from tocsin_cli.settings import InboxSettings


def main() -> None:
    process.run("inbox", InboxSettings, serve)


async def serve(settings: InboxSettings) -> None:
    redis = connect(settings.redis_url)
    clock = SystemClock()
    messages = RedisInbox(redis)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command
    mail = SmtpSink(messages, clock, settings.host, settings.smtp_port)
    await process.serve(
        "inbox",
        settings,
        redis=redis,
        app=slack_app(messages, clock),
        on_start=(mail.start,),
        on_stop=(mail.stop,),
    )
