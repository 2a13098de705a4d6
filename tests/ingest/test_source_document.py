import pytest
from pydantic import ValidationError

from tocsin.documents import SourceDocument


GOOD = {"id": "rfi", "url": "https://www.rfi.fr/en/africa/rss", "name": "RFI"}


def test_a_source_needs_an_id_an_address_and_a_name() -> None:
    source = SourceDocument.model_validate(GOOD)

    assert source.enabled
    assert (source.min_interval_s, source.max_interval_s) == (300, 3_600)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "www.rfi.fr/rss"}, "url"),
        ({"url": "ftp://rfi.fr/rss"}, "url"),
        ({"url": "https:///rss"}, "url"),
        ({"url": "https://rfi.fr/a b"}, "url"),
        ({"url": "https://rfi.fr:99999/rss"}, "url"),
        ({"url": "https://[::1/rss"}, "url"),
        ({"url": "https://ann:secret@rfi.fr/rss"}, "url"),
        ({"url": "https://rfi.fr/" + "x" * 2_048}, "url"),
        ({"id": "RFI"}, "id"),
        ({"id": "-rfi"}, "id"),
        ({"name": " "}, "name"),
        ({"language": "french"}, "language"),
        ({"min_interval_s": 5}, "min_interval_s"),
        ({"max_interval_s": 10**9}, "max_interval_s"),
        ({"interval": 60}, "interval"),
    ],
    ids=str,
)
def test_a_field_that_is_wrong_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SourceDocument.model_validate(GOOD | change)

    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_a_password_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(ValidationError) as refused:
        SourceDocument.model_validate(GOOD | {"url": "https://ann:secret@rfi.fr/rss"})

    [error] = refused.value.errors(include_input=False)
    assert "secret" not in error["msg"]


def test_the_longest_interval_is_not_shorter_than_the_shortest() -> None:
    with pytest.raises(ValidationError, match="must not exceed max_interval_s, which is 60"):
        SourceDocument.model_validate(GOOD | {"min_interval_s": 300, "max_interval_s": 60})


@pytest.mark.parametrize(
    "url", ["http://rfi.fr", "HTTPS://rfi.fr/rss?x=1", " https://rfi.fr/rss\n"]
)
def test_addresses_are_taken_as_people_paste_them(url: str) -> None:
    assert SourceDocument.model_validate(GOOD | {"url": url}).url == url.strip()
