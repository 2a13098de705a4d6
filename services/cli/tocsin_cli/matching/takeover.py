"""What becomes of a query of another tool: a rule with what changed and what was lost, or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from tocsin.documents import RuleDocument
from tocsin.errors import InvalidDocumentError
from tocsin.rules.dialects import Dialect, Note, translate
from tocsin_cli.matching.foreign import Foreign


LONGEST_NAME = 80  # of those that are made of the query


@dataclass(frozen=True, slots=True)
class Taken:
    """``changed`` means the same, written otherwise; ``lost`` could not be carried over."""

    rule: RuleDocument
    changed: Sequence[Note]
    lost: Sequence[Note]


@dataclass(frozen=True, slots=True)
class Terms:
    """``id_prefix`` None: none before an id that is given, the dialect's name before a number."""

    dialect: Dialect
    id_prefix: str | None
    check: Callable[[RuleDocument], object]

    def take(self, number: int, foreign: Foreign) -> Taken:
        """Return the rule that says the same, as nearly as our language can.

        Raises:
            TocsinError: there is none; RuleSyntaxError where the query is why.
        """
        translation = translate(foreign.query, self.dialect)
        rule = self._rule(number, foreign, translation.query)
        self.check(rule)
        return Taken(rule, translation.changed, translation.lost)

    def rule_id(self, number: int, foreign: Foreign) -> str:
        prefix = self.id_prefix
        if prefix is None:
            prefix = "" if foreign.id else f"{self.dialect}-"
        return f"{prefix}{foreign.id or number}"

    def _rule(self, number: int, foreign: Foreign, query: str) -> RuleDocument:
        name = foreign.name or " ".join(foreign.query.split())[:LONGEST_NAME]
        try:
            return RuleDocument(id=self.rule_id(number, foreign), name=name, query=query)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InvalidDocumentError(str(first["loc"][0]), _wrong(first["loc"][0])) from None


def _wrong(field: str | int) -> str:
    match field:
        case "id":
            return "expected at most 64 small letters, digits, dots, dashes, underscores"
        case "name":
            return "expected one line of at most 200 characters"
        case _:
            return "expected at most 20,000 characters"
