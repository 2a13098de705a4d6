"""A short form of ``make torture-delivery``."""

from pathlib import Path

import pytest

from rig.torture import Plan, Torture


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("gentle", [False, True], ids=["killed", "asked to stop"])
async def test_nothing_is_lost_and_each_double_is_suspected(tmp_path: Path, gentle: bool) -> None:  # noqa: FBT001 -- pytest's way
    plan = Plan(deliveries=300, notifiers=2, seed=7, drop=0, kills=4, gentle=gentle, patience_s=300)

    toll = await Torture(plan, tmp_path).run()

    assert toll.lost == []
    assert toll.misplaced == []
    assert toll.unexplained == []
    if gentle:
        assert toll.doubled == []
