from pathlib import Path

import pytest

from cli.shell import Cli
from rig.secret_keys import SECRET_KEYS


@pytest.fixture
def cli(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on an empty store, with nothing from our own environment."""
    for name in ("TOCSIN_REDIS_URL", "TOCSIN_DATA_DIR", "TOCSIN_INGEST_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", SECRET_KEYS)
    found = Cli(valkey_url, tmp_path / "data")
    found.store(lambda redis: redis.flushall())
    return found
