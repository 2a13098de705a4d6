"""What Arabic writes onto the front of a word.

"And", "so", "by", "like", "for" and "the" are written without a space, so that "and for the
army" is one word. A rule that asks for the army must find it there.
"""

import re


# Every block of which a character may fold to an Arabic letter.
_ARABIC = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc\U0001ee00-\U0001eeff]"
)
_THE = "ال"
_FOR_THE = "لل"  # "for" and "the" contract
_AND = ("و", "ف")
_BY = ("ب", "ك", "ل")
_SHORTEST = 2  # letters that must be left, or half of all short words would fall apart


def has_arabic(text: str) -> bool:
    return _ARABIC.search(text) is not None


def stem(word: str) -> str:
    """Return a folded word of a rule without the article, which says nothing about its meaning."""
    return word.removeprefix(_THE) if _leaves_enough(word, _THE) else word


def forms(word: str) -> frozenset[str]:
    """Return everything that a folded word of an article may be: itself, and without what is on it.

    The stem of whatever a rule may mean by the word is among them.
    """
    found = {word}
    for bare in _without(word, _AND):
        found.update((bare, *_without(bare, _BY)))
        if bare.startswith(_FOR_THE) and _leaves_enough(bare, _FOR_THE):
            found.add(bare.removeprefix(_FOR_THE))
    return frozenset(found | {stem(form) for form in found})


def _without(word: str, clitics: tuple[str, ...]) -> tuple[str, ...]:
    return (word, *(word[1:] for clitic in clitics if _leaves_enough(word, clitic)))


def _leaves_enough(word: str, clitic: str) -> bool:
    return word.startswith(clitic) and len(word) >= len(clitic) + _SHORTEST
