"""Words so common in their languages that one alone says nothing about an article; by hand.

Left out are those that mean something in another language: German "war", French "son".
"""

# ruff: noqa: RUF001, SIM905 -- words of several alphabets read best as plain words

from tocsin.rules.words import word_patterns


_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been before but by can could did do does
    for from had has have he her him his how i if in into is it its just me more most my no not of
    on one or other our out over said she so some such than that the their them then there these
    they this those to up us was we were what when where which who why will with would you your
    au aux avec ce ces cette dans de des du elle elles en est et eux il ils je la le les leur lui
    mais ne nous on ou par pas pour qu que qui sa se ses sur un une vous
    al como con cual del desde e el ella ellos entre era es esta este fue ha la las lo los mas
    muy ni o para pero por porque se sobre su sus también un una uno y ya
    ao aos às com da das do dos ela ele em entre essa esse foi isso mais mas na nas nao não no nos
    os ou pela pelo são sem ser seu sua um uma
    aber als am an auch auf aus bei das dass dem der des durch ein eine einem einen
    einer er es ich ihr im in ist mit nach nicht noch nur oder sein sich sie so
    um und uns von vor was wie wir zu zum zur
    che con dei della delle di gli ha il lo nel non per più sono un una
    aan bij dat de deze een en er het hij ik is met naar niet nog of om ook op te tot uit
    voor was wat wij ze zich zijn
    в во и к как на не но о от по с со что это а у за из для же бы был была они он она мы вы то
    في من على إلى عن أن إن هذا هذه التي الذي كان قد لا ما هو هي مع كل و أو ثم لم لن
    """.split()
)

_FOLDED = frozenset(pattern for word in _WORDS for pattern in word_patterns(word))


def is_stop_word(word: str) -> bool:
    """Tell of a folded word."""
    return word in _FOLDED
