"""``tocsin up`` from start to end: the store, then the services, then waiting to be told to stop."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tocsin_cli.adapters import probes, valkey
from tocsin_cli.adapters.data_folder import DataFolder, Whereabouts
from tocsin_cli.adapters.keeper import Keeper
from tocsin_cli.adapters.spawning import Launch
from tocsin_cli.adapters.supervisor import Supervisor
from tocsin_cli.settings import CliSettings
from tocsin_cli.supervision.plan import Child, Listener, Wanted, in_stop_order, longest_stop_s, plan
from tocsin_cli.supervision.screen import Screen


# Both get the store's URL. The first raises TocsinError where it is not fit for use.
CheckStore = Callable[[str], Awaitable[None]]
Prepare = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Up:
    settings: CliSettings
    screen: Screen
    check_store: CheckStore
    prepare_store: Prepare
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    async def run(self, wanted: Wanted) -> None:
        """Return when told to stop and everything has ended.

        Raises:
            TocsinError: it cannot start; nothing is left running.
        """
        supervisor = Supervisor(self.screen, grace_s=longest_stop_s(self.settings))
        await supervisor.run(self._work(wanted, supervisor))

    async def _work(self, wanted: Wanted, supervisor: Supervisor) -> None:
        started = asyncio.get_running_loop().time()
        async with AsyncExitStack() as until_the_end:
            folder = DataFolder.create(self.settings.data_dir)
            lock = until_the_end.enter_context(folder.lock())
            embedded = None
            if not self.settings.redis_url:
                embedded = valkey.prepare(folder.path / "valkey", self.settings.valkey_port)
            redis_url = embedded.url if embedded else self.settings.redis_url
            own_keys = None if self.settings.secret_keys else folder.ensure_secret_keys()
            children = plan(wanted, self.settings, self.environment, redis_url, own_keys)
            services = self._keepers(children)
            probes.check_free(_listeners(children, embedded))
            if embedded:
                store = embedded.keeper(self.screen, lock)
                await until_the_end.enter_async_context(supervisor.running([[store]]))
                await valkey.wait_until_loaded(redis_url, self.screen)
                store.established()
            await self.check_store(redis_url)
            await self.prepare_store(redis_url)
            until_the_end.enter_context(folder.announce(_whereabouts(redis_url, children)))
            groups = [
                [services[child.name] for child in group] for group in in_stop_order(children)
            ]
            await until_the_end.enter_async_context(supervisor.running(groups))
            await self._wait_until_ready(children)
            self.screen.ready(children, asyncio.get_running_loop().time() - started)
            await asyncio.Event().wait()  # until cancelled

    def _keepers(self, children: Sequence[Child]) -> dict[str, Keeper]:
        return {
            child.name: Keeper(
                Launch(
                    child.name,
                    (probes.command_path(child.command[0]), *child.command[1:]),
                    child.env,
                ),
                self.screen,
            )
            for child in children
        }

    async def _wait_until_ready(self, children: Sequence[Child]) -> None:
        waiting = {child.name for child in children}

        async def wait(child: Child) -> None:
            await probes.wait_until_ready(child, self.screen)
            waiting.discard(child.name)
            self._show_waiting(waiting)

        self._show_waiting(waiting)
        await asyncio.gather(*(wait(child) for child in children))

    def _show_waiting(self, names: set[str]) -> None:
        self.screen.waiting(f"waiting for {', '.join(sorted(names))}" if names else "")


def _listeners(
    children: Sequence[Child], embedded: valkey.EmbeddedValkey | None
) -> Sequence[Listener]:
    listeners = [listener for child in children for listener in child.listeners]
    if embedded:
        listeners.append(
            Listener(embedded.port, "Valkey (the embedded store)", "TOCSIN_VALKEY_PORT")
        )
    return listeners


def _whereabouts(redis_url: str, children: Sequence[Child]) -> Whereabouts:
    ports = {child.name: child.port for child in children}
    return Whereabouts(os.getpid(), redis_url, ports)
