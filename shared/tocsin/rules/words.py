"""The words of a rule as they are looked for, and the words that say nothing by themselves."""

import re
import unicodedata
from functools import lru_cache

from tocsin.text import Tokens, stem, tokenise, tokenise_any


_WILD = "*?"


@lru_cache(maxsize=1 << 16)
def word_patterns(text: str) -> tuple[str, ...]:
    """Return the folded words of ``text``, with ``?`` inside a word and ``*`` at its end kept.

    ``al-Qaed*`` gives ``("al", "qaed*")``; a question mark at the end of a word is punctuation.
    """
    text = unicodedata.normalize("NFC", text)
    return tuple(map(stem, _with_wildcards(text, tokenise(text))))


@lru_cache(maxsize=1 << 12)
def original_patterns(text: str, *, keep_case: bool, keep_accents: bool) -> tuple[str, ...]:
    """Return the words of ``text`` as ``case:`` and ``exact:`` look for them."""
    text = unicodedata.normalize("NFC", text)
    tokens = tokenise_any(text, keep_case=keep_case, keep_accents=keep_accents)
    return tuple(_with_wildcards(text, tokens))


def _with_wildcards(text: str, tokens: Tokens) -> list[str]:
    found: list[str] = []
    last = 0
    for word, (start, end) in zip(tokens.words, tokens.spans, strict=True):
        between = text[last:start]
        if found and between and not between.strip("?"):
            found[-1] += between + word
        else:
            found.append(word)
        if text[end : end + 1] == "*":
            found[-1] += "*"
        last = end
    return found


def matches(pattern: str, word: str) -> bool:
    """Tell whether a folded word is one that a word of a rule looks for."""
    return _regex(pattern).fullmatch(word) is not None


@lru_cache(maxsize=1 << 12)
def _regex(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern))


def is_pattern(word: str) -> bool:
    return any(sign in word for sign in _WILD)


def fixed_prefix(word: str) -> str:
    """Return the letters before the first wildcard; all of them where there is none."""
    return re.split(r"[*?]", word, maxsplit=1)[0]


# So common in their languages that such a word alone says nothing about an article.
STOP_WORDS = frozenset(
    ["a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "me", "more", "most", "my", "no", "not", "of", "on", "one", "or", "other", "our", "out", "over", "said", "she", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your", "au", "aux", "avec", "ce", "ces", "cette", "dans", "de", "des", "du", "elle", "elles", "en", "est", "et", "eux", "il", "ils", "je", "la", "le", "les", "leur", "lui", "mais", "ne", "nous", "on", "ou", "par", "pas", "pour", "qu", "que", "qui", "sa", "se", "ses", "son", "sur", "un", "une", "vous", "al", "como", "con", "cual", "del", "desde", "e", "el", "ella", "ellos", "entre", "era", "es", "esta", "este", "fue", "ha", "hay", "la", "las", "lo", "los", "mas", "muy", "ni", "o", "para", "pero", "por", "porque", "se", "sin", "sobre", "su", "sus", "también", "un", "una", "uno", "y", "ya", "ao", "aos", "às", "com", "da", "das", "do", "dos", "ela", "ele", "em", "entre", "essa", "esse", "foi", "isso", "mais", "mas", "na", "nas", "nao", "não", "no", "nos", "os", "ou", "pela", "pelo", "são", "sem", "ser", "seu", "sua", "um", "uma", "aber", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "das", "dass", "dem", "den", "der", "des", "die", "durch", "ein", "eine", "einem", "einen", "einer", "er", "es", "für", "hat", "ich", "ihr", "im", "in", "ist", "mit", "nach", "nicht", "noch", "nur", "oder", "sein", "sich", "sie", "sind", "so", "über", "um", "und", "uns", "von", "vor", "war", "was", "wie", "wir", "zu", "zum", "zur", "che", "con", "dei", "della", "delle", "di", "gli", "ha", "il", "lo", "nel", "non", "per", "più", "più", "sono", "un", "una", "aan", "bij", "dat", "de", "deze", "die", "een", "en", "er", "het", "hij", "ik", "is", "met", "naar", "niet", "nog", "of", "om", "ook", "op", "te", "tot", "uit", "van", "voor", "was", "wat", "wij", "ze", "zich", "zijn", "в", "во", "и", "к", "как", "на", "не", "но", "о", "от", "по", "с", "со", "что", "это", "а", "у", "за", "из", "для", "же", "бы", "был", "была", "они", "он", "она", "мы", "вы", "то", "في", "من", "على", "إلى", "عن", "أن", "إن", "هذا", "هذه", "التي", "الذي", "كان", "قد", "لا", "ما", "هو", "هي", "مع", "كل", "و", "أو", "ثم", "لم", "لن"]
)


def is_stop_word(word: str) -> bool:
    """Tell of a folded word."""
    return word in _FOLDED_STOP_WORDS


_FOLDED_STOP_WORDS = frozenset(pattern for word in STOP_WORDS for pattern in word_patterns(word))
