import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.adapters.language_guesser import LanguageGuesser
from tocsin_ingest.stages.languages import EXPECTED, Detector, language, tag


class Sure:
    """Guesses always the same."""

    def __init__(self, guess: str, certainty: float) -> None:
        self._guess = guess, certainty

    def guess(self, text: str) -> tuple[str, float]:
        return self._guess


@pytest.fixture(scope="module")
def guesser() -> Detector:
    return LanguageGuesser()


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        *(("EN", "en"), ("en_US", "en-US"), ("zh-hant-tw", "zh-Hant-TW"), (" fr ", "fr")),
        *(("sr-latn", "sr-Latn"), ("es-419", "es-419"), ("de-1996", "de-1996"), ("swa", "swa")),
        *(
            ("", ""),
            ("english", ""),
            ("und", ""),
            ("x", ""),
            ("en-", ""),
            ("e n", ""),
            ("français", ""),
        ),
    ],
)
def test_tags_are_written_in_their_usual_case_and_others_are_none(written: str, usual: str) -> None:
    assert tag(written) == usual


@given(st.text(max_size=40))
def test_a_tag_of_a_tag_is_itself(written: str) -> None:
    assert tag(tag(written)) == tag(written)


def test_the_sender_is_believed_before_any_guess() -> None:
    assert language("Titre", "", told="fr-ML", hint="en", detector=Sure("de", 1.0)) == "fr-ML"


def test_a_certain_guess_is_believed_before_the_claim_of_a_feed() -> None:
    assert language("Titre", "", told="", hint="en-us", detector=Sure("fr", 0.9)) == "fr"


def test_an_uncertain_guess_gives_way_to_the_claim_or_to_nothing() -> None:
    assert language("Titre", "", told="", hint="en_us", detector=Sure("fr", 0.3)) == "en-US"
    assert language("Titre", "", told="und", hint="", detector=Sure("fr", 0.3)) == "und"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Armed men attacked the border town of Diboli on Monday, officials said.", "en"),
        ("Des hommes armés ont attaqué la ville frontalière de Diboli lundi.", "fr"),
        ("قال الجيش المالي إنه صد هجوما على بلدة ديبولي الحدودية", "ar"),
        ("Homens armados atacaram a cidade fronteiriça de Diboli na segunda-feira.", "pt"),
        ("Вооруженные люди напали на приграничный город Диболи в понедельник.", "ru"),
        ("武装分子周一袭击了边境城镇迪博利，官员们说。", "zh"),
        ("Watu wenye silaha walishambulia mji wa mpakani wa Diboli siku ya Jumatatu.", "sw"),
        ("Bamako", "und"),
        ("12345", "und"),
        ("", "und"),
    ],
)
def test_languages_are_told_apart_and_too_little_text_is_not_guessed(
    guesser: Detector, text: str, expected: str
) -> None:
    assert language(text, "", told="", hint="", detector=guesser) == expected


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_brings_the_guesser_down(guesser: Detector, text: str) -> None:
    guess, certainty = guesser.guess(text)

    assert guess in EXPECTED
    assert 0 <= certainty <= 1
