"""A region that a subscriber defines, because no gazetteer has it or means it so."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from tocsin.documents.base import Document, Name
from tocsin.documents.rule import RuleDocument, named_regions
from tocsin.errors import AmbiguousRegionError, InvalidDocumentError, UnknownRegionError
from tocsin.regions.dictionary import LONGEST
from tocsin.regions.entities import OWN, OwnPlace
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.spelling import key
from tocsin.regions.tables import DEMONYMS


MOST_NAMES = 50
# Shorter names are initials and syllables; a Chinese character is as much as a syllable or two.
_SHORTEST, _SHORTEST_OTHER = 3, 2
# SCOWL's size up to which a word is so common that texts are full of it.
_EVERYDAY = 20
_WELL_KNOWN = frozenset({"country", "area", "bloc", "m49"})


class RegionDocument(Document):
    """A region of one's own: its names, what it lies in, and where, if that is known.

    ``id`` is its region id, ``place:c:…``; written without the beginning it means the same. The
    first of ``names`` is shown. ``parent`` is a region of the gazetteer's, by id or name.
    ``latitude`` and ``longitude`` are in degrees, both or neither.
    """

    id: Annotated[str, StringConstraints(pattern=r"^place:c:[a-z0-9][a-z0-9._-]*$", max_length=72)]
    names: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_NAMES)]
    parent: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)

    @field_validator("id", mode="before")
    @classmethod
    def _begins_as_ours(cls, given: Any) -> Any:
        if not isinstance(given, str) or given.startswith(OWN):
            return given
        if ":" in given:
            raise ValueError(
                f"{given!r} would be a region of the gazetteer's: write {OWN}… or a plain id"
            )
        return f"{OWN}{given}"

    @model_validator(mode="after")
    def _is_a_point_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            raise ValueError(f"{missing} is missing: a point needs both, or leave out both")
        return self


def checked_region(document: RegionDocument, gazetteer: Gazetteer) -> RegionDocument:
    """Return the region with its parent's id.

    Raises:
        InvalidDocumentError: its parent is none of the gazetteer's, or a name would be found
            where something else is meant.
    """
    parent = _parent(document.parent, gazetteer)
    for index, name in enumerate(document.names):
        if problem := _wrong_name(name, gazetteer):
            raise InvalidDocumentError(f"/names/{index}", f"{name!r} {problem}")
    return document.model_copy(update={"parent": parent})


def own_place(document: RegionDocument, gazetteer: Gazetteer) -> OwnPlace:
    """Return it as the gazetteer takes it.

    Raises:
        InvalidDocumentError: the region that it lies in is not there (any more).
    """
    return OwnPlace(
        id=document.id,
        names=document.names,
        parent=_parent(document.parent, gazetteer),
        latitude=document.latitude,
        longitude=document.longitude,
    )


def rules_that_name(
    region: RegionDocument, rules: Iterable[RuleDocument], gazetteer: Gazetteer
) -> tuple[str, ...]:
    """Return the ids of the rules that name the region, by id or by a name that means it."""
    called = {key(name) for name in region.names}

    def means_it(written: str) -> bool:
        if written.strip() == region.id:
            return True
        return key(written) in called and _resolved(written, gazetteer) == region.id

    return tuple(rule.id for rule in rules if any(map(means_it, named_regions(rule))))


def _resolved(written: str, gazetteer: Gazetteer) -> str:
    try:
        return gazetteer.resolve(written)
    except (UnknownRegionError, AmbiguousRegionError):
        return ""


def _parent(written: str, gazetteer: Gazetteer) -> str:
    try:
        parent = gazetteer.resolve(written)
    except (UnknownRegionError, AmbiguousRegionError) as error:
        raise InvalidDocumentError("/parent", str(error)) from error
    if parent.startswith(OWN):
        raise InvalidDocumentError(
            "/parent", f"{written!r} is no region of the gazetteer's: name what both lie in"
        )
    return parent


def _wrong_name(name: str, gazetteer: Gazetteer) -> str:
    """Return why a name cannot be looked for in texts; nothing where it can."""
    folded = key(name)
    words = folded.split()
    shortest = _SHORTEST if folded.isascii() else _SHORTEST_OTHER
    if sum(map(len, words)) < shortest:
        return f"is too short to be found in a text: write at least {shortest} letters"
    if len(words) > LONGEST:
        return f"has {len(words)} words: names in a text are found up to {LONGEST}"
    known = next(
        (
            c
            for c in gazetteer.names.called(name)
            if c.kind in _WELL_KNOWN and c.use not in DEMONYMS
        ),
        None,
    )
    if known is not None:
        return f"is the name of {known.region}, and would be taken for it: choose another"
    [record] = gazetteer.tables.words.get(words[0]) or [(0, 0, 0, 0)]
    if len(words) == 1 and 0 < record[0] <= _EVERYDAY:
        return "is an everyday word, which texts are full of: add what tells it apart"
    return ""
