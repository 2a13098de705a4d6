"""Thousands of deliveries under fire: ``make torture-delivery``, with SEED=2 another way.

Prints what was lost (none may be), what arrived twice, and whether each of those is among the suspects
that the ledger names. A second round only asks notifiers to stop: nothing may arrive twice then.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from rig.torture import Plan, Toll, Torture


async def main(seed: int, deliveries: int) -> int:
    ruthless = await tortured(Plan(deliveries=deliveries, seed=seed))
    gentle = await tortured(Plan(deliveries=deliveries // 4, seed=seed, drop=0, gentle=True))
    failed = [
        *(ruthless.lost + ruthless.unexplained + ruthless.misplaced),
        *(gentle.lost + gentle.doubled + gentle.misplaced),
    ]
    print("all is well" if not failed else f"WRONG: {failed[:10]}")
    return 1 if failed else 0


async def tortured(plan: Plan) -> Toll:
    with tempfile.TemporaryDirectory() as folder:
        toll = await Torture(plan, Path(folder)).run()
    print(f"seed {plan.seed}{', asked to stop only' if plan.gentle else ''}: {toll}", flush=True)
    return toll


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]))))
