"""A steady 20 alerts a second for a while: ``make soak-delivery MINUTES=60``.

Prints the memory of the notifier and of the store again and again; what the store keeps grows by what it
remembers of each delivery for 30 days, the notifier's should not grow.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import psutil

from rig.delivery_site import Site, certify, deliveries, people, redis_url, settled
from rig.processes import free_port, valkey, wait_until_listening, wait_until_ready
from rig.receiver import Wanted, receiver
from tocsin.adapters.connection import connect
from tocsin.ports.deliveries import State


PER_S = 20
EVERY_S = 30


async def main(minutes: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = valkey(folder / "valkey", free_port())
        store.start()
        wait_until_listening(int(store.command[2]))
        wanted = Wanted(smtp=free_port())
        mail_server = receiver(wanted, folder)
        mail_server.start()
        wait_until_listening(wanted.smtp)
        redis = connect(redis_url(store))
        site = Site(folder, store, redis, {0.0: wanted}, certify(folder))
        await people(site)
        process, port = site.notifier(wanted.smtp)
        process.start()
        await asyncio.to_thread(wait_until_ready, process, port)
        try:
            await soak(site, process.pid, minutes * 60)
            await settled(site)
        finally:
            await redis.aclose()
            for each in (process, mail_server, store):
                each.kill()


async def soak(site: Site, pid: int, seconds: float) -> None:
    channels = [(f"mail-{number}", "relay") for number in range(20)]
    notifier, started, told = psutil.Process(pid), time.monotonic(), 0.0
    while (passed := time.monotonic() - started) < seconds:
        await site.ledger.enqueue(deliveries(channels, PER_S))
        if passed >= told:
            told += EVERY_S
            info = await site.redis.info("memory")
            counts = await site.ledger.counts()
            print(
                f"{passed:5.0f} s: {counts[State.DELIVERED]:7} delivered, notifier "
                f"{notifier.memory_info().rss / 2**20:.1f} MiB, {notifier.num_fds()} open files, "
                f"store {info['used_memory'] / 2**20:.1f} MiB",
                flush=True,
            )
        await asyncio.sleep(max(0, started + passed + 1 - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
