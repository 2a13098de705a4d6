import pytest
from pydantic import ValidationError

from tocsin.documents import RuleDocument


@pytest.mark.parametrize("name", ["Sahel: JNIM & co.", "غرب أفريقيا", "西非"])
def test_a_name_may_be_in_any_script(name: str) -> None:
    assert RuleDocument(id="r", name=name, query="a").name == name


@pytest.mark.parametrize("name", ["a\x00b", "a\nBcc: x", "a\u2028b", "\x1b[31m", "  "])
def test_a_name_is_one_line_without_control_characters(name: str) -> None:
    with pytest.raises(ValidationError):
        RuleDocument(id="r", name=name, query="a")
