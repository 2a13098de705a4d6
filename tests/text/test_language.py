from tocsin.text import is_tag, speaks


def test_a_language_takes_its_regional_variants_and_not_the_reverse() -> None:
    assert speaks("pt-BR", "pt")
    assert speaks("pt_BR", "PT-br")
    assert not speaks("pt", "pt-BR")
    assert not speaks("por", "po")
    assert not speaks("und", "en")


def test_the_name_of_a_language_is_not_a_tag() -> None:
    assert is_tag("en")
    assert is_tag("zh-Hant-TW")
    assert not is_tag("english")
    assert not is_tag("")
