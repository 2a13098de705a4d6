import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.stages import addresses


urls = st.from_regex(
    r"https?://[a-zA-Z0-9.é\[\]:@-]{0,20}(:[0-9]{1,6})?(/[a-z%2Fé. ~;=-]{0,8}){0,4}(\?[a-z=&%+5utm_é]{0,20})?(#!?[a-z/]{0,5})?",
    fullmatch=True,
)


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("https://example.org/a", "https://example.org/a"),
        (" HTTPS://Example.ORG:443/a ", "https://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a/./b/../c//d", "https://example.org/a/c/d"),
        ("https://example.org/%7ea%2fb%zz", "https://example.org/~a%2Fb%zz"),
        ("https://example.org/?utm_source=x&id=7&fbclid=y", "https://example.org/?id=7"),
        ("https://example.org/?p=4802&ref=rss", "https://example.org/?p=4802"),
        ("https://example.org/a#comments", "https://example.org/a"),
        ("https://example.org/#!/news/1", "https://example.org/#!/news/1"),
        ("https://ann:secret@example.org/a", "https://example.org/a"),
        ("https://exämple.org/é?q=ü", "https://xn--exmple-cua.org/%C3%A9?q=%C3%BC"),
        ("https://example.org/a;jsessionid=0123?x=1", "https://example.org/a?x=1"),
        ("https://example.org/a b\nc", "https://example.org/a%20bc"),
        ("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
        ("https://example.org./x", "https://example.org/x"),
    ],
)
def test_an_address_is_shown_in_one_spelling_without_what_tracks(written: str, clean: str) -> None:
    assert addresses.clean(written) == clean


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "example.org",
            "/news/1",
            "//example.org/a",
            "javascript:alert(1)",
            "ftp://example.org",
        ),
        *(
            "http://",
            "http:///a",
            "https://exa mple.org/a",
            "http://example.org:99999/",
            "http://[::1/a",
        ),
        *("http://exam<ple.org/", "data:text/html,x", "https://" + "a" * 2100 + ".org/"),
    ],
)
def test_what_is_no_web_address_is_left_out(written: str) -> None:
    assert addresses.clean(written) == ""
    assert addresses.key(written) == ""
    assert addresses.host(written) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "https://www.example.org/a/"),
        ("https://example.org/a", "https://m.example.org/a/amp/"),
        ("https://example.org/a?x=1&y=2", "https://example.org/a?y=2&x=1&utm_medium=rss"),
        ("https://example.org/a/", "https://example.org/a/index.html"),
    ],
)
def test_variants_of_one_address_have_one_key(one: str, other: str) -> None:
    assert addresses.key(one) == addresses.key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/a?item=24", "https://example.org/a?item=25"),
        ("https://example.org/a?source=12345", "https://example.org/a?source=67890"),
        ("https://example.org/#!/1", "https://example.org/#!/2"),
        ("https://example.org/a", "https://example.com/a"),
        ("https://one.example.org/a", "https://two.example.org/a"),
    ],
)
def test_addresses_of_different_pages_have_different_keys(one: str, other: str) -> None:
    assert addresses.key(one) != addresses.key(other)


@pytest.mark.parametrize(
    "front_page",
    [
        *("https://example.org", "https://example.org/news/", "https://www.example.org/index.html"),
        *("https://example.org/fr", "https://example.org/?utm_source=rss"),
    ],
)
def test_a_front_page_tells_no_article(front_page: str) -> None:
    assert addresses.key(front_page) == ""


def test_the_host_is_told_without_www() -> None:
    assert addresses.host("https://www.rfi.fr/en/africa/1") == "rfi.fr"
    assert addresses.host("http://[2001:db8::1]:8080/x") == "2001:db8::1"


@given(urls | st.text(max_size=60))
def test_cleaning_what_is_clean_changes_nothing(url: str) -> None:
    clean = addresses.clean(url)

    assert addresses.clean(clean) == clean
    assert addresses.key(clean) == addresses.key(url)
    assert addresses.host(clean) == addresses.host(url)
    assert clean.isascii()
    assert clean.isprintable()
