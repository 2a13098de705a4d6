"""What the pages and the API alike do to the regions that subscribers define."""

from tocsin.documents import rules_that_name
from tocsin.errors import InUseError
from tocsin_console.routes.backends import Backends


async def remove(backends: Backends, region_id: str) -> None:
    """Remove a region.

    Raises:
        NotFoundError: there is none.
        InUseError: a rule names it.
    """
    region = await backends.regions.get(region_id)
    if users := rules_that_name(region, await backends.rules.all(), backends.gazetteer):
        raise InUseError("region", region_id, users)
    await backends.regions.delete(region_id)
