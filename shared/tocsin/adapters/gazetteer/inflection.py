"""The other forms of a word, where a language has many: so that they need not all be written down.

Rules of thumb, applied when the gazetteer is compiled. A form that nobody uses does no harm, as
long as it is no word of something else.
"""

# ruff: noqa: RUF001 -- these are no Latin letters

from collections.abc import Iterator


_RUSSIAN_ADJECTIVE = (*("ий", "ая", "ое", "ие", "ого", "ой", "ому", "ую", "им", "ом", "их", "ими"),)
# The cases of a noun: genitive, dative, accusative, instrumental, prepositional.
_RUSSIAN_NOUN = {
    "ия": ("ии", "ии", "ию", "ией", "ии"),
    "ья": ("ьи", "ье", "ью", "ьей", "ье"),
    "ая": ("ой", "ой", "ую", "ой", "ой"),
    "ея": ("еи", "ее", "ею", "еей", "ее"),
    "ка": ("ки", "ке", "ку", "кой", "ке"),
    "га": ("ги", "ге", "гу", "гой", "ге"),
    "ха": ("хи", "хе", "ху", "хой", "хе"),
    "а": ("ы", "е", "у", "ой", "е"),
    "я": ("и", "е", "ю", "ей", "е"),
    "ий": ("ого", "ому", "ий", "им", "ом"),
    "ый": ("ого", "ому", "ый", "ым", "ом"),
    "ай": ("ая", "аю", "ай", "аем", "ае"),
    "ей": ("ея", "ею", "ей", "еем", "ее"),
    "ь": ("и", "и", "ь", "ью", "и"),
}
_CONSONANTS = "бвгджзклмнпрстфхцчшщ"
_HARD = ("а", "у", "", "ом", "е")


def adjectives(stem: str, language: str) -> Iterator[str]:
    """Yield the forms of what a country's people and things are called."""
    match language:
        case "fr":
            yield from _french(stem)
        case "es" | "pt":
            yield from _iberian(stem)
        case "ru":
            yield from (f"{stem}{ending}" for ending in _RUSSIAN_ADJECTIVE)
        case "ar":
            for article in ("", "ال"):
                yield from (f"{article}{stem}{ending}" for ending in ("", "ة", "ين", "ون", "ات"))
        case _:
            raise ValueError(f"no rules for {language!r}")


def russian_cases(name: str) -> Iterator[str]:
    """Yield the name in the other five cases; nothing where a word of it does not change."""
    words = [_endings(word) for word in name.split(" ")]
    known = [word for word in words if word is not None]
    if len(known) == len(words):
        for case in range(5):
            yield " ".join(stem + endings[case] for stem, endings in known)


def _endings(word: str) -> tuple[str, tuple[str, ...]] | None:
    for ending, others in _RUSSIAN_NOUN.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending), others
    if word[-1:] in _CONSONANTS and len(word) > 2 and not word.isupper():
        return word, _HARD
    return None


def _french(form: str) -> Iterator[str]:
    yield form
    if form.endswith("e"):
        yield f"{form}s"
        return
    feminine = f"{form}ne" if form.endswith(("ien", "éen", "on")) else f"{form}e"
    yield from (feminine, f"{feminine}s")
    if not form.endswith("s"):
        yield f"{form}s"


def _iberian(form: str) -> Iterator[str]:
    yield form
    if form.endswith("o"):
        yield from (f"{form}s", f"{form[:-1]}a", f"{form[:-1]}as")
    elif form.endswith(("és", "ês", "án", "ón")):
        plain = form[:-2] + {"é": "e", "ê": "e", "á": "a", "ó": "o"}[form[-2]] + form[-1]
        yield from (f"{plain}a", f"{plain}es", f"{plain}as")
    elif form.endswith("l"):
        yield from (f"{form}a", f"{form}es", f"{form}as", f"{form[:-1]}is")
    elif form.endswith(("í", "ú")):
        yield from (f"{form}es", f"{form}s")
    elif form.endswith(("e", "a", "i")):
        yield f"{form}s"
    elif form.endswith("r"):
        yield f"{form}es"
