"""The same story in seven languages: Mali's army, a town, neighbours, a part of the world."""

from collections.abc import Callable

import pytest

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import Places


Locate = Callable[..., Places]

STORIES = [
    (
        "en",
        "The Malian army fought near Bamako and in Kayes, Mali. Senegal and France called for calm in West Africa.",
    ),
    (
        "fr",
        (
            "L'armée malienne a combattu près de Bamako et à Kayes, au Mali. Le Sénégal et la France appellent au calme en "
            "Afrique de l'Ouest."
        ),
    ),
    (
        "es",
        (
            "El ejército maliense combatió cerca de Bamako y en Kayes, en Malí. Senegal y Francia piden calma en África "
            "occidental."
        ),
    ),
    (
        "pt",
        (
            "O exército maliano combateu perto de Bamaco e em Kayes, no Mali. O Senegal e a França pedem calma na África "
            "Ocidental."
        ),
    ),
    (
        "ru",
        (
            "Малийская армия вела бои под Бамако и в Каесе, в Мали. Сенегал и Франция призвали к спокойствию в Западной "
            "Африке."
        ),
    ),
    (
        "ar",
        "قاتل الجيش قرب باماكو وفي كايس في مالي. ودعت السنغال وفرنسا إلى الهدوء في غرب أفريقيا.",
    ),
    ("zh", "马里军队在首都巴马科附近作战。塞内加尔和法国呼吁西非保持冷静。"),
]


@pytest.mark.parametrize(("language", "text"), STORIES, ids=[language for language, _ in STORIES])
def test_the_story_is_read_in_each_language(locate: Locate, language: str, text: str) -> None:
    places = locate(text, language=language)

    likely = {region for region, hit in places.regions.items() if hit.probability > 0.5}
    assert {"country:ML", "country:SN", "country:FR", "m49:011", "area:sahel"} <= likely
    assert {r for r in likely if r.startswith("country:")} == {
        "country:ML",
        "country:SN",
        "country:FR",
    }
    assert likely & {"place:2460596", "admin1:ML-BKO"}
    assert places.primary_country == "country:ML"
    for place in places.places:
        for span in place.spans:
            assert text[span.start : span.end].strip() == text[span.start : span.end] != ""


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("fr", "Des soldats burkinabè et nigériens patrouillent.", "BF"),
        ("fr", "La police sénégalaise a arrêté deux hommes.", "SN"),
        ("es", "Dos ciudadanos argentinos fueron detenidos.", "AR"),
        ("es", "El gobierno francés respondió.", "FR"),
        ("pt", "A polícia angolana prendeu dois homens.", "AO"),
        ("ru", "Российские войска отошли.", "RU"),
        ("ru", "По словам украинских военных, бои идут.", "UA"),
        ("ar", "قال الرئيس المصري إن بلاده مستعدة", "EG"),
        ("ar", "وصل وفد سوداني أمس", "SD"),
    ],
)
def test_demonyms_are_known_in_all_their_forms(
    locate: Locate, language: str, text: str, country: str
) -> None:
    assert locate(text, language=language).regions[f"country:{country}"].probability > 0.5


@pytest.mark.parametrize("form", ["Франция", "Франции", "Францию", "Францией"])
def test_russian_names_are_known_in_all_cases(locate: Locate, form: str) -> None:
    assert "country:FR" in locate(f"Он назвал {form} вчера.", language="ru").regions


def test_an_arabic_word_of_another_meaning_is_no_country_without_more(locate: Locate) -> None:
    places = locate("حصلت الشركة على دعم مالي كبير", language="ar")

    assert places.regions["country:ML"].probability < 0.5


def test_in_an_english_text_no_foreign_demonym_is_read(locate: Locate) -> None:
    places = locate("Peru, Indiana, celebrates its circus.", language="en")

    assert places.primary_country == "country:US"
    assert "country:IN" not in places.regions


@pytest.mark.parametrize(
    "names",
    [
        ("London", "Londres", "Лондон", "لندن", "伦敦"),
        ("Beijing", "Pékin", "Pekín", "Pequim", "Пекин", "بكين", "北京"),
        ("Moscow", "Moscou", "Moscú", "Москва", "موسكو", "莫斯科"),
        ("Cairo", "Le Caire", "El Cairo", "Каир", "القاهرة", "开罗"),
        ("Bamako", "Bamaco", "Бамако", "باماكو", "巴马科"),
        ("Niamey", "Ниамей", "نيامي", "尼亚美"),
        ("Khartoum", "Jartum", "Хартум", "الخرطوم", "喀土穆"),
        ("Kyiv", "Kiev", "Киев", "كييف", "基辅"),
        ("New York", "Nueva York", "Nova Iorque", "Нью-Йорк", "نيويورك", "纽约"),
    ],
    ids=lambda names: names[0],
)
def test_large_towns_are_known_by_their_names_in_seven_languages(
    gazetteer: Gazetteer, names: tuple[str, ...]
) -> None:
    meant = [
        {c.region for c in gazetteer.names.called(name) if c.kind == "place"} for name in names
    ]

    assert set.intersection(*meant)


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ru", "ar", "zh"])
def test_every_country_has_a_name_in_its_script(gazetteer: Gazetteer, language: str) -> None:
    script = {"ru": "\u0400", "ar": "\u0600", "zh": "\u4e00"}.get(language)
    if script is None:
        return
    for _, head in gazetteer.entities.heads:
        if head.kind == "country":
            assert any(script <= name[:1] <= chr(ord(script) + 0x51FF) for name in head.names), head
