"""Every example in docs/rule-language.md is true."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.documents import RuleDocument, compile_rule
from tocsin.errors import RuleSyntaxError
from tocsin.matching import ArticleView, evaluate
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.rules import Rule, lint, parse, to_text
from tocsin.rules.checks import Limits
from tocsin.rules.dialects import Dialect, translate
from tocsin.rules.lexer import PREFIXES


PAGE = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text()


def boxes(kind: str) -> list[list[str]]:
    """Return the lines of each box of a kind; of the last kind there is none without a name."""
    found = re.findall(rf"^```{kind}\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found or kind == ""
    return [box.splitlines() for box in found]


def rows(*columns: str) -> Iterator[list[str]]:
    """Yield the cells of the table with these columns."""
    head = re.escape("| " + " | ".join(columns) + " |")
    table = re.search(rf"^{head}\n\|[-|]+\|\n((?:\|.*\|\n)+)", PAGE, re.MULTILINE)
    assert table
    for line in table[1].splitlines():
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]


def code(cell: str) -> list[str]:
    return [found.replace("\\|", "|") for found in re.findall(r"`([^`]+)`", cell)]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load()


@pytest.fixture(scope="module")
def view_of(gazetteer: Gazetteer) -> Callable[[str], ArticleView]:
    geoparser = Geoparser(gazetteer)

    def view(line: str) -> ArticleView:
        title, _, text = line.rpartition(" // ")
        now = datetime(2025, 7, 2, tzinfo=UTC)
        article = Article(id="an-article", title=title, text=text, fetched_at=now, language="en")
        return ArticleView(article, geoparser.locate(article))

    return view


@pytest.mark.parametrize("box", boxes("query"), ids=lambda box: box[0])
def test_a_query_finds_what_the_page_says(
    box: list[str], gazetteer: Gazetteer, view_of: Callable[[str], ArticleView]
) -> None:
    query, *texts = box
    rule = compile_rule(RuleDocument(id="a-rule", name="A rule", query=query), gazetteer)

    assert texts
    for line in texts:
        sign, text = line[0], line[2:]
        assert evaluate(rule, view_of(text)) is {"+": True, "-": False}[sign], line


@pytest.mark.parametrize("box", boxes("error"), ids=lambda box: box[0])
def test_an_error_says_what_the_page_says(box: list[str]) -> None:
    query, line = box
    column, _, message = line.partition(": ")

    with pytest.raises(RuleSyntaxError) as caught:
        parse(query)

    assert caught.value.column == int(column)
    assert message in str(caught.value)


@pytest.mark.parametrize("box", boxes("hint"), ids=lambda box: box[0])
def test_a_hint_says_what_the_page_says(box: list[str]) -> None:
    query, line = box
    column, _, message = line.partition(": ")

    hints = lint(Rule(id="a-rule", name="A rule", query=query, expression=parse(query)))

    assert any(hint.column == int(column) and message in hint.problem for hint in hints)


@pytest.mark.parametrize(
    ("first", "others"), list(rows("written back as", "also accepted")), ids=lambda cell: cell
)
def test_what_is_also_accepted_is_written_back_in_the_first_form(first: str, others: str) -> None:
    (canonical,) = code(first)

    assert code(others)
    for query in (canonical, *code(others)):
        assert to_text(parse(query)) == canonical


@pytest.mark.parametrize("row", list(rows("from", "written there", "here")), ids=lambda row: row[1])
def test_a_query_of_another_tool_becomes_what_the_page_says(row: list[str]) -> None:
    dialect, there, here = row

    assert [translate(code(there)[0], Dialect(dialect)).query] == code(here)


@pytest.mark.parametrize(
    "columns", [("write", "means"), ("write", "looks in"), ("write", "asks for")]
)
def test_every_element_in_a_table_can_be_read(columns: tuple[str, str]) -> None:
    for element, _ in rows(*columns):
        for query in code(element):
            parse(query.replace("(…)", "(army)") + ("army" if query.endswith(":") else ""))


def test_the_long_example_can_be_read(gazetteer: Gazetteer) -> None:
    (example,) = (box for box in boxes("") if "CAN2025" in box[-1])
    query = "\n".join(example)

    compile_rule(RuleDocument(id="a-rule", name="A rule", query=query), gazetteer)


def test_every_field_and_limit_is_on_the_page() -> None:
    for prefix in PREFIXES:
        assert re.search(rf"\b{prefix}[:=]", PAGE), prefix
    for limit in (Limits.CHARACTERS, Limits.TERMS, Limits.DISTANCE):
        assert f"{limit:,}" in PAGE
    for dialect in Dialect:
        assert f"| {dialect} |" in PAGE
