"""From documents to YAML that ``read`` reads."""

from enum import Enum
from typing import Any

import yaml
from pydantic import SecretStr

from tocsin.documents.channel_url import MASK
from tocsin_cli.manifests.kind import AnyDocument, Kind, State


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as it is read: line by line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write(state: State, *, secrets: bool = False) -> str:
    """Return a file with all that stands, defaults left out.

    ``secrets`` writes the channels' URLs in the open; without it they are masked, and a
    masked one stays as it is when the file is applied.
    """
    sections = {
        kind.value: [
            _plain(document, secrets=secrets) for _, document in sorted(state.of(kind).items())
        ]
        for kind in Kind
        if state.of(kind)
    }
    if not sections:
        return ""
    return yaml.dump(sections, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _plain(document: AnyDocument, *, secrets: bool) -> dict[str, Any]:
    fields = document.model_dump(by_alias=True, exclude_defaults=True)
    fields.pop("version", None)
    return {name: _value(value, secrets=secrets) for name, value in fields.items()}


def _value(value: Any, *, secrets: bool) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value() if secrets else MASK
        case Enum():
            return value.value
        case dict():
            return {name: _value(child, secrets=secrets) for name, child in value.items()}
        case tuple() | list():
            return [_value(child, secrets=secrets) for child in value]
        case _:
            return value
