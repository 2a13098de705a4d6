"""What was most likely meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that was most likely meant, or None."""
    found = get_close_matches(name.lower(), list(names), n=1)
    return found[0] if found else None


_LANGUAGE_CODES = {
    "english": "en",
    "french": "fr",
    "spanish": "es",
    "portuguese": "pt",
    "arabic": "ar",
    "russian": "ru",
    "chinese": "zh",
    "german": "de",
    "italian": "it",
    "dutch": "nl",
    "turkish": "tr",
    "persian": "fa",
    "hindi": "hi",
    "japanese": "ja",
    "swahili": "sw",
    "hausa": "ha",
    "somali": "so",
    "amharic": "am",
    "ukrainian": "uk",
    "polish": "pl",
    "français": "fr",
    "español": "es",
    "português": "pt",
    "deutsch": "de",
    "italiano": "it",
}


def language_code(name: str) -> str | None:
    """Return the tag of a language by its English or own name, where we know it."""
    return _LANGUAGE_CODES.get(name.lower())
