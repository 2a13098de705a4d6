"""Reads YAML into drafts: plain values that know on which line each of them stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tocsin_cli.manifests.kind import Kind
from tocsin_cli.manifests.problem import ManifestError, Problem


# Names an environment variable in the place of a value, so that a secret need not be in the file.
ENV_TAG = "!env"

# No document is as deep; YAML can refer to itself.
DEEPEST = 10

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it was written. ``lines`` tells the line (from 1) of each value, by its path."""

    kind: Kind
    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    file: str

    @property
    def id(self) -> str:
        return str(self.values.get("id", ""))

    def line(self, path: Path = ()) -> int:
        """Return the line of a value, or of the nearest around it that is there."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def problem(self, path: Path, what: str, excerpt: tuple[str, int] | None = None) -> Problem:
        name = f"{self.kind.singular} {self.id!r}" if self.id else self.kind.singular
        field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        where = f"{name}, {field.removeprefix('.')}" if field else name
        return Problem(self.file, self.line(path), where, what, excerpt)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What files hold. ``sections`` are the kinds that have one, be it empty."""

    drafts: Sequence[Draft] = ()
    sections: frozenset[Kind] = frozenset()

    def joined(self, other: "Manifest") -> "Manifest":
        return Manifest((*self.drafts, *other.drafts), self.sections | other.sections)


def read(text: str, file: str, environment: Mapping[str, str]) -> Manifest:
    """Read a file.

    Args:
        text: YAML with a list under each of ``rules``, ``channels`` and so on.
        file: its name, for messages.
        environment: what ``!env NAME`` stands for.

    Raises:
        ManifestError: it is no such YAML.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ManifestError([_yaml_problem(error, file)]) from error
    return _Reader(file, environment).manifest(root) if root is not None else Manifest()


class _Reader:
    def __init__(self, file: str, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self._construct = yaml.constructor.SafeConstructor()

    def manifest(self, root: yaml.Node) -> Manifest:
        drafts: list[Draft] = []
        sections: set[Kind] = set()
        for name, node in self._pairs(root, "a list under each of " + ", ".join(Kind)):
            if name not in list(Kind):
                raise self._wrong(node, f"there is no section {name!r}: use {', '.join(Kind)}")
            sections.add(Kind(name))
            drafts += self._section(Kind(name), node)
        return Manifest(tuple(drafts), frozenset(sections))

    def _section(self, kind: Kind, node: yaml.Node) -> Iterator[Draft]:
        if _is_null(node):  # "rules:" with nothing below
            return
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, f"expected a list of {kind}, each item after a '- '")
        for item in node.value:
            yield self._draft(kind, item)

    def _draft(self, kind: Kind, node: yaml.Node) -> Draft:
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"expected a {kind.singular} as name: value")
        lines: dict[Path, int] = {}
        values = self._value(node, (), lines)
        return Draft(kind, values, lines, self._file)

    def _value(self, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
        if len(path) > DEEPEST:
            raise self._wrong(node, "is nested too deeply")
        lines[path] = node.start_mark.line + 1
        match node:
            case yaml.MappingNode():
                return {
                    name: self._value(child, (*path, name), lines)
                    for name, child in self._pairs(node, "name: value")
                }
            case yaml.SequenceNode():
                return [
                    self._value(child, (*path, index), lines)
                    for index, child in enumerate(node.value)
                ]
            case yaml.ScalarNode(tag=tag) if tag == ENV_TAG:
                return self._variable(node)
            case _:
                return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._construct.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise self._wrong(node, f"cannot read {node.value!r}: {error}") from error

    def _variable(self, node: yaml.ScalarNode) -> str:
        try:
            return self._environment[node.value]
        except KeyError:
            raise self._wrong(node, f"the environment variable {node.value} is not set") from None

    def _pairs(self, node: yaml.Node, expected: str) -> Iterator[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"expected {expected}")
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise self._wrong(key, f"{name!r} stands here twice")
            seen.add(name)
            yield name, value

    def _wrong(self, node: yaml.Node, what: str) -> ManifestError:
        return ManifestError([Problem(self._file, node.start_mark.line + 1, "", what)])


def _is_null(node: yaml.Node) -> bool:
    return node.tag == "tag:yaml.org,2002:null"


def _yaml_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error)
    column = f" at column {mark.column + 1}" if mark else ""
    return Problem(file, mark.line + 1 if mark else 1, "", f"no YAML: {said}{column}")
