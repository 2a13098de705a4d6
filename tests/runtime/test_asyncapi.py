"""The document of the streams is right, and is the one in docs/."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.events import EXPECTED_GROUPS
from tocsin.runtime.asyncapi import document


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return document()


def test_every_group_of_every_stream_receives_once(written: dict[str, Any]) -> None:
    received = [
        (channel["address"], channel["bindings"]["redis"]["groupName"])
        for channel in written["channels"].values()
        if channel["bindings"]["redis"]["method"] == "xreadgroup"
    ]

    expected = [(stream, group) for stream, groups in EXPECTED_GROUPS.items() for group in groups]
    assert sorted(received) == sorted(expected)


def test_every_stream_is_written_once(written: dict[str, Any]) -> None:
    sent = [
        written["channels"][name]["address"]
        for name, operation in written["operations"].items()
        if operation["action"] == "send"
    ]

    assert sorted(sent) == sorted(EXPECTED_GROUPS)


def test_keys_and_addresses_follow_the_standard(written: dict[str, Any]) -> None:
    keys = [*written["channels"], *written["operations"], *written["components"]["messages"]]

    assert all(re.fullmatch(r"[\w.-]+", key) for key in keys)
    for channel in written["channels"].values():
        parameters = re.findall(r"{(\w+)}", channel["address"])
        assert parameters == list(channel["parameters"])


def test_every_reference_leads_somewhere(written: dict[str, Any]) -> None:
    for reference in re.findall(r"'\$ref': '#/([^']+)'", repr(written)):
        place: Any = written
        for step in reference.split("/"):
            place = place[step]


def test_the_document_in_docs_is_up_to_date(written: dict[str, Any]) -> None:
    kept = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"

    # As text, for the order counts, too: to write it anew without need would change the file.
    assert json.dumps(yaml.safe_load(kept.read_text())) == json.dumps(written), "run `make docs`"
