"""Whether all is well: which processes are at work, how far behind they are, what went wrong."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

from tocsin.condition import Condition, observe, problems, waiting_for
from tocsin.ports.deliveries import State
from tocsin.ports.streams import GroupStatus, ServiceInstance, short_name
from tocsin_console.routes.backends import Backends


class Service(BaseModel):
    service: str
    instance: str
    address: str
    started_at: AwareDatetime
    seen_at: AwareDatetime
    ready: bool
    problem: str


class Group(BaseModel):
    """``waiting`` entries were not read yet (null: the server cannot tell), ``in_work`` were."""

    stream: str
    group: str
    length: int
    waiting: int | None
    in_work: int
    oldest_s: float
    consumers: int


class Status(BaseModel):
    """``problems`` are sentences for people; none means that all is well.

    In ``without_place_today`` articles (of this day, UTC) no place was found: no rule that asks for a
    region can match them.
    """

    verdict: Literal["ok", "trouble"]
    problems: tuple[str, ...]
    rules: int
    dead_letters: int
    deliveries: dict[State, int]
    without_place_today: int
    services: tuple[Service, ...]
    groups: tuple[Group, ...]


async def status(backends: Backends) -> Status:
    unreadable = {"list": backends.lists.broken, "region": backends.atlas.broken}
    return _told(await observe(backends, backends.clock.now().date(), unreadable))


def _told(condition: Condition) -> Status:
    wrong = tuple(problems(condition))
    return Status(
        verdict="trouble" if wrong else "ok",
        problems=wrong,
        rules=condition.rules,
        dead_letters=condition.dead_letters,
        deliveries={state: condition.deliveries.get(state, 0) for state in State},
        without_place_today=condition.without_place,
        services=tuple(_service(each) for each in condition.services),
        groups=tuple(_group(each) for each in condition.groups),
    )


def _service(instance: ServiceInstance) -> Service:
    return Service(**{name: getattr(instance, name) for name in Service.model_fields})


def _group(standing: GroupStatus) -> Group:
    return Group(
        stream=short_name(standing.stream),
        group=standing.group,
        length=standing.length,
        waiting=standing.lag,
        in_work=standing.pending,
        oldest_s=waiting_for(standing).total_seconds(),
        consumers=standing.consumers,
    )
