"""Other ways to match articles against many rules: a loop of regular expressions, PostgreSQL with RUM."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from tocsin.article import Article
from tocsin.matching.presearch.facts import touches
from tocsin.regions.places import Places
from tocsin.rules import And, Expression, Near, Not, Or, Phrase, Rule, Term, Wildcard
from tocsin.text import words


Item = tuple[Article, Places]
_BINARIES = Path("/usr/lib/postgresql/15/bin")
_EXTENSION = Path("/usr/share/postgresql/15/extension/rum.control")


class Measured(NamedTuple):
    seconds: float
    matches: int


class Peer(Protocol):
    name: str
    articles: int  # as many as it can match in a reasonable time at 10,000 rules

    def missing(self) -> str:
        """Say what this machine lacks; nothing where it lacks nothing."""
        ...

    def measure(self, rules: Sequence[Rule], articles: Sequence[Item]) -> Measured: ...


class NaiveRegex:
    """Each word or phrase a regular expression, each rule asked of each article."""

    name = "a loop of regular expressions"
    articles = 8

    def missing(self) -> str:
        return ""

    def measure(self, rules: Sequence[Rule], articles: Sequence[Item]) -> Measured:
        patterns: dict[str, re.Pattern[str]] = {}

        def pattern(text: str) -> re.Pattern[str]:
            if text not in patterns:
                patterns[text] = re.compile(text)
            return patterns[text]

        def holds(expression: Expression, text: str) -> bool:
            match expression:
                case And(operands):
                    return all(holds(operand, text) for operand in operands)
                case Or(operands):
                    return any(holds(operand, text) for operand in operands)
                case Not(operand):
                    return not holds(operand, text)
                case _:
                    return pattern(_regex(expression)).search(text) is not None

        for rule in rules:  # compiled before the clock starts
            assert rule.expression is not None
            holds(rule.expression, "")
        started = time.process_time()
        found = 0
        for article, places in articles:
            text = " ".join(words(f"{article.title}\n{article.text}"))
            for rule in rules:
                assert rule.expression is not None
                found += _is_set(rule, places) and holds(rule.expression, text)
        return Measured(time.process_time() - started, found)


class PostgresRum:
    """The inverse index of RUM over tsqueries; what it cannot index (phrases, NEAR) is checked after.

    Wildcards are left out, for it has no index for them. Counted is the time of the server.
    """

    name = "PostgreSQL 15 + RUM"
    articles = 100

    def missing(self) -> str:
        if not (_BINARIES / "postgres").exists():
            return "install postgresql-15"
        return "" if _EXTENSION.exists() else "install postgresql-15-rum"

    def measure(self, rules: Sequence[Rule], articles: Sequence[Item]) -> Measured:
        with _server() as psql:
            rows = "".join(f"{n}\t{loose}\t{exact}\n" for n, (loose, exact) in _queries(rules))
            texts = "".join(f"{_vector(article, places)}\n" for article, places in articles)
            psql(
                "CREATE EXTENSION rum; CREATE TABLE rules (id int, loose tsquery, exact tsquery);"
                f"COPY rules FROM STDIN;\n{rows}\\.\n"
                "CREATE INDEX ON rules USING rum (loose rum_tsquery_ops); ANALYZE rules;"
                f"CREATE TABLE articles (words tsvector); COPY articles FROM STDIN;\n{texts}\\.\n"
            )
            answer = psql(
                "SET enable_seqscan = off; \\timing on\n"
                "SELECT count(*) FROM articles, LATERAL (SELECT id FROM rules "
                "WHERE loose @@ articles.words AND exact @@ articles.words OFFSET 0) AS found;"
            )
        matches = int(next(line for line in answer.splitlines() if line.strip().isdigit()))
        milliseconds = re.findall(r"Time: ([0-9.]+) ms", answer)[-1]
        return Measured(float(milliseconds) / 1e3, matches)


def peers() -> tuple[Peer, ...]:
    return NaiveRegex(), PostgresRum()


def _is_set(rule: Rule, places: Places) -> bool:
    return rule.regions is None or any(each in places.regions for each in rule.regions.any)


def _regex(expression: Expression) -> str:
    match expression:
        case Term() | Phrase():
            return rf"\b{' '.join(expression.words)}\b"
        case Wildcard():
            return rf"\b{expression.words[0].rstrip('*')}"
        case Or(operands):
            return "|".join(map(_regex, operands))
        case Near(left, right, distance):
            one, other = f"(?:{_regex(left)})", f"(?:{_regex(right)})"
            gap = rf" (?:\w+ ){{0,{distance}}}"
            return f"{one}{gap}{other}|{other}{gap}{one}"
        case _:
            raise TypeError(f"made-up rules hold no {type(expression).__name__}")


def _queries(rules: Sequence[Rule]) -> Iterator[tuple[int, tuple[str, str]]]:
    for number, rule in enumerate(rules):
        assert rule.expression is not None
        if "*" in rule.query:
            continue
        asked = [_query(rule.expression, exact=False), _query(rule.expression, exact=True)]
        if rule.regions:
            regions = " | ".join(map(_region, rule.regions.any))
            asked = [f"({each}) & ({regions})" for each in asked]
        yield number, (asked[0], asked[1])


def _query(expression: Expression, *, exact: bool) -> str:
    match expression:
        case Term() | Phrase():
            return f"({(' <-> ' if exact else ' & ').join(expression.words)})"
        case And(operands):
            return f"({' & '.join(_query(operand, exact=exact) for operand in operands)})"
        case Or(operands):
            return f"({' | '.join(_query(operand, exact=exact) for operand in operands)})"
        case Not(operand):
            # Without the phrases it would take away too much.
            return f"!{_query(operand, exact=True)}" if exact else "!tocsinnothing"
        case Near(left, right, distance):
            one, other = _query(left, exact=exact), _query(right, exact=exact)
            if not exact:
                return f"({one} & {other})"
            ways = (f"{one} <{n}> {other} | {other} <{n}> {one}" for n in range(1, distance + 2))
            return f"({' | '.join(ways)})"
        case _:
            raise TypeError(f"made-up rules hold no {type(expression).__name__}")


def _region(region: str) -> str:
    return touches(region).words[0].replace(":", "")


def _vector(article: Article, places: Places) -> str:
    there = words(f"{article.title}\n{article.text}")
    positions: dict[str, list[str]] = {}
    for at, word in enumerate(there, start=1):
        positions.setdefault(word.replace("'", ""), []).append(str(min(at, 16_383)))
    found = [f"'{word}':{','.join(at[:250])}" for word, at in positions.items()]
    return " ".join((*found, *map(_region, places.regions)))


@contextmanager
def _server() -> Iterator["_Psql"]:
    """Yield a client of a server of our own, which leaves nothing behind."""
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        data = folder / "data"
        subprocess.run(
            [_BINARIES / "initdb", "-D", data, "-U", "bench", "--no-sync"],
            user=user, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        server = subprocess.Popen(
            [
                *(_BINARIES / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="),
                *("-c", "fsync=off", "-c", "shared_buffers=1GB", "-c", "jit=off"),
                *("-c", "max_parallel_workers_per_gather=0"),
            ],
            user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            client = _Psql(folder)
            client.wait()
            yield client
        finally:
            server.terminate()
            server.wait()


class _Psql:
    def __init__(self, folder: Path) -> None:
        self._command = ["psql", "-h", str(folder), "-U", "bench", "-d", "postgres", "-qAt"]

    def wait(self) -> None:
        for _ in range(100):
            if not subprocess.run(
                [*self._command, "-c", ""], capture_output=True, check=False
            ).returncode:
                return
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL does not start")

    def __call__(self, statements: str) -> str:
        done = subprocess.run(
            [*self._command, "-v", "ON_ERROR_STOP=1"],
            input=statements, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[:1_000])
        return done.stdout
