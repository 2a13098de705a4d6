"""A rule as a form holds it: text that people typed, and may type wrong."""

from typing import Self

from pydantic import BaseModel, Field, field_validator

from tocsin.documents import RegionCondition, RuleDocument
from tocsin_console.routes.forms import identifier, lines, words
from tocsin_console.routes.rule_check import RuleDraft


class RuleForm(BaseModel):
    """Regions stand one a line. ``fix`` is a query that was offered in place of this one.

    ``version`` is the one that was opened; 0 for a rule that is to be made.
    """

    id: str = ""
    name: str = ""
    query: str = ""
    any: str = ""
    all: str = ""
    except_: str = Field(default="", alias="except")
    level: str = "mention"
    min_probability: str = "0.5"
    descendants: bool = False
    explicit: bool = False
    languages: str = ""
    enabled: bool = False
    reason: str = Field(default="", max_length=500)
    version: int = 0
    fix: str = ""

    @field_validator("query", "fix")
    @classmethod
    def _as_written(cls, text: str) -> str:
        """Return the text with plain line ends: a browser sends its own. Columns count in this."""
        return text.replace("\r\n", "\n").strip()

    @classmethod
    def blank(cls) -> Self:
        return cls(descendants=True, enabled=True)

    @classmethod
    def of(cls, rule: RuleDocument) -> Self:
        regions = rule.regions or RegionCondition()
        return cls.model_validate(
            {
                "id": rule.id,
                "name": rule.name,
                "query": rule.query,
                "any": "\n".join(regions.any),
                "all": "\n".join(regions.all),
                "except": "\n".join(regions.except_),
                "level": regions.level,
                "min_probability": f"{regions.min_probability:g}",
                "descendants": regions.include_descendants,
                "explicit": regions.explicit_only,
                "languages": ", ".join(rule.languages),
                "enabled": rule.enabled,
                "version": rule.version,
            }
        )

    def with_id(self) -> Self:
        """Return the form with an id, made of the name where there is none."""
        return self.model_copy(update={"id": self.id.strip() or identifier(self.name, (), "rule")})

    def with_fix(self) -> Self:
        return self.model_copy(update={"query": self.fix, "fix": ""}) if self.fix else self

    def draft(self) -> RuleDraft:
        """Return what is to be checked.

        Raises:
            ValidationError: a field holds what it cannot.
        """
        return RuleDraft(
            query=self.query,
            regions=self._regions(),
            languages=words(self.languages),
        )

    def document(self) -> RuleDocument:
        """Return what is to be saved.

        Raises:
            ValidationError: a field holds what it cannot.
        """
        return RuleDocument(
            id=self.id,
            name=self.name,
            query=self.query,
            regions=self._regions(),
            languages=words(self.languages),
            enabled=self.enabled,
        )

    def shown(self) -> dict[str, str]:
        """Return what the history compares, by the names that the form gives it."""
        return {
            "Name": self.name,
            "Query": self.query,
            "In any of": self.any,
            "In all of": self.all,
            "In none of": self.except_,
            "Level": self.level,
            "At least": self.min_probability,
            "Places within count": _yes(self.descendants),
            "Named itself": _yes(self.explicit),
            "Languages": self.languages,
            "In force": _yes(self.enabled),
        }

    def _regions(self) -> RegionCondition | None:
        named = {"any": lines(self.any), "all": lines(self.all), "except": lines(self.except_)}
        if not any(named.values()):
            return None
        return RegionCondition.model_validate(
            {
                **named,
                "level": self.level,
                "min_probability": self.min_probability,
                "include_descendants": self.descendants,
                "explicit_only": self.explicit,
            }
        )


def _yes(value: bool) -> str:  # noqa: FBT001 -- one value, turned into a word
    return "yes" if value else "no"
