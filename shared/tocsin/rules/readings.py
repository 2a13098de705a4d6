"""What a query may mean in which AND and OR are mixed without brackets."""

from collections.abc import Sequence

from tocsin.errors import RuleSyntaxError
from tocsin.rules.expression import Expression
from tocsin.rules.lexer import Kind, Lexeme


def mixed(
    text: str, operands: Sequence[Expression], joins: Sequence[Lexeme], *, unclosed: int = 0
) -> RuleSyntaxError:
    """Return the error that shows both readings; ``joins[i]`` stands before ``operands[i + 1]``.

    ``unclosed`` brackets of the query are closed in the readings.
    """
    is_or = [join.kind is Kind.OR for join in joins]
    odd = joins[is_or.index(not is_or[0])]
    closing = ")" * unclosed
    readings = (
        _bracketed(text, operands, [not each for each in is_or]) + closing,
        _bracketed(text, operands, is_or) + closing,
    )
    return RuleSyntaxError(
        text,
        odd.start,
        f"AND and OR are mixed without brackets: write '{readings[0]}' or '{readings[1]}'",
        readings=readings,
    )


def _bracketed(text: str, operands: Sequence[Expression], tight: Sequence[bool]) -> str:
    """Put brackets around each run of operands that ``tight`` joins hold together."""
    pieces: list[str] = []
    last = 0
    first = 0
    for index in range(len(operands)):
        if index < len(tight) and tight[index]:
            continue
        if index > first:
            start, end = operands[first].place.start, operands[index].place.end
            pieces += [text[last:start], "(", text[start:end], ")"]
            last = end
        first = index + 1
    return "".join([*pieces, text[last:]])
