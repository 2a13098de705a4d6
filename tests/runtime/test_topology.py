from tocsin.events import ArticleIngested, ArticleMatched, expected_groups


ARTICLES = ArticleIngested.stream


def test_a_stream_needs_the_groups_that_are_listed_and_whoever_asks() -> None:
    assert expected_groups(ARTICLES, "matcher") == {"matcher"}
    assert expected_groups(ARTICLES, "archive") == {"matcher", "archive"}


def test_all_shards_stand_for_their_group() -> None:
    assert expected_groups(ARTICLES, "matcher:2/3") == {"matcher:1/3", "matcher:2/3", "matcher:3/3"}
    assert expected_groups(ArticleMatched.stream, "archive:1/2") == {
        "archive:1/2",
        "archive:2/2",
        "notifier",
    }
