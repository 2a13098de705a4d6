"""Words that are in many news articles, in bands; estimated by hand, so take them for orders.

The share is among articles of the word's language. Words so common that one alone says nothing
are in ``stop_words``.
"""

from tocsin.rules.stop_words import is_stop_word
from tocsin.rules.words import word_patterns


_STOP_WORD = 0.7

_BANDS = {
    0.5: """
        said year years time people last first two new now many made three since
        ans année deux après été plus fait président pays
        años año dos parte según gobierno país
        anos ano dois parte segundo governo país
        jahr jahre jahren menschen zwei
        anni anno due
        года году год лет россии время
        قال عام اليوم بعد
    """,
    0.3: """
        government state country world president percent million day days week month months
        national group public international police company part officials according including
        against while between under before where still even back next long report reported news
        including told made make take called four five high second set early end
        gouvernement france français jour jours temps lundi mardi mercredi jeudi vendredi samedi
        dimanche contre ainsi notamment selon millions monde nouveau première premier
        presidente estado millones personas nuevo nueva mundo tres contra durante día días
        presidente estado milhões pessoas novo nova mundo três contra durante dia dias brasil
        regierung deutschland millionen prozent ende land tag neue neuen
        governo paese milioni mondo giorni
        президент страны россия человек сообщил
        رئيس الحكومة مليون
    """,
    0.15: """
        minister security military forces attack attacks war city house party law court work help
        home media man men women market business economic health school family life area local
        political power support system today killed force leader leaders countries region general
        department office members member official statement foreign united states american
        british chinese russian european monday tuesday wednesday thursday friday saturday sunday
        january february march april june july august september october november december plan
        politique sécurité forces attaque guerre ville parti loi justice ministre monde affaires
        état situation régions région population société ministère militaires janvier février mars
        avril juin juillet août septembre octobre novembre décembre
        seguridad política guerra ciudad partido ley ministro fuerzas ataque policía empresa
        segurança política guerra cidade partido lei ministro forças ataque polícia empresa
        sicherheit krieg stadt partei gesetz minister polizei unternehmen usa
        sicurezza guerra città partito legge ministro polizia
        война армии министр власти города военных украины сша
        الأمن حرب مدينة وزير قوات هجوم الشرطة
    """,
    0.08: """
        army election elections oil bank deal trade money death dead growth price prices children
        students university report crisis fire water food soldiers troops border peace climate
        energy video game team season players sports football match league cup film music data
        technology campaign vote senate congress parliament judge trial prison protest protests
        armée élection élections pétrole banque mort morts prix enfants crise paix frontière
        football équipe match manifestation soldats
        ejército elecciones petróleo banco muerte muertos precios niños crisis paz frontera fútbol
        exército eleições petróleo banco morte mortos preços crianças crise paz fronteira futebol
        armee wahl wahlen tod bank preise kinder krise frieden grenze fußball
        esercito elezioni morti banca prezzi crisi pace calcio
        армия выборы банк цены мир границы футбол
        الجيش انتخابات النفط بنك سلام حدود
    """,
}

_SHARES = {
    pattern: share
    for share, text in sorted(_BANDS.items())
    for word in text.split()
    for pattern in word_patterns(word)
}


def share_of(word: str) -> float:
    """Return the share of articles that have a folded word; 0 where it is not among the common."""
    return _STOP_WORD if is_stop_word(word) else _SHARES.get(word, 0.0)


def common_words() -> tuple[str, ...]:
    """Return the folded common words, without the stop words."""
    return tuple(_SHARES)
