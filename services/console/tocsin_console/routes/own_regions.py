"""What the pages and the API alike do to the regions that subscribers define."""

from tocsin.documents import rules_that_name
from tocsin.errors import InUseError, UnreadableError
from tocsin_console.routes.backends import Backends


async def remove(backends: Backends, region_id: str) -> None:
    """Remove a region.

    Raises:
        NotFoundError: there is none.
        InUseError: a rule names it.
    """
    try:
        region = await backends.regions.get(region_id)
    except UnreadableError:
        users: tuple[str, ...] = ()  # no rule knows it any more
    else:
        users = rules_that_name(region, await backends.rules.all(), backends.gazetteer)
    if users:
        raise InUseError("region", region_id, users)
    await backends.regions.delete(region_id)
