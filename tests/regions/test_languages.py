"""The same story in seven languages: Mali's army, a town, neighbours, a part of the world."""

from collections.abc import Callable
from itertools import chain

import pytest

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import Places
from tocsin.regions.tables import COUNTY


Locate = Callable[..., Places]

SCRIPTS = {"ru": ("\u0400", "\u04ff"), "ar": ("\u0600", "\u06ff"), "zh": ("\u4e00", "\u9fff")}
# (language, how many first-level divisions, what share of the cities of a million).
COVERED = [("ru", 1_750, 0.89), ("ar", 1_100, 0.83), ("zh", 2_100, 0.9)]

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
        ("Washington", "Вашингтон", "واشنطن", "华盛顿", "華盛頓"),
        ("Abu Dhabi", "Abou Dhabi", "Abu Dabi", "Абу-Даби", "أبو ظبي", "阿布扎比"),
        ("Hanoi", "Hanói", "Ханой", "هانوي", "河内", "河內"),
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


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_country_has_a_name_in_its_script(gazetteer: Gazetteer, language: str) -> None:
    first, last = SCRIPTS[language]

    countries = [head for _, head in gazetteer.entities.heads if head.kind == "country"]

    assert len(countries) > 190
    for country in countries:
        assert any(first <= name[:1] <= last for name in country.names), country


@pytest.mark.slow
@pytest.mark.parametrize(("language", "divisions", "cities"), COVERED)
def test_many_divisions_and_nearly_all_large_cities_have_a_name_in_its_script(
    gazetteer: Gazetteer, language: str, divisions: int, cities: float
) -> None:
    first, last = SCRIPTS[language]
    letters = map(chr, range(ord(first), ord(last) + 1))
    keys = chain.from_iterable(map(gazetteer.tables.names.iterkeys, letters))
    called = {candidate.region for key in keys for candidate in gazetteer.names.called(key)}

    large = [
        f"place:{row['id']}"
        for row in gazetteer.tables.places
        if row["population"] >= 1_000_000 and row["id"] < COUNTY
    ]
    assert sum(region.startswith("admin1:") for region in called) >= divisions
    assert sum(region in called for region in large) >= cities * len(large)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("四川", "admin1:CN-SC"),
        ("新疆", "admin1:CN-XJ"),
        ("Удмуртская Республика", "admin1:RU-UD"),
        ("ريف دمشق", "admin1:SY-RD"),
        ("West Darfur", "admin1:SD-DW"),
        ("غرب دارفور", "admin1:SD-DW"),
        ("كايس", "admin1:ML-1"),
        ("Afrique de l'Ouest", "m49:011"),
        ("США", "country:US"),
    ],
)
def test_divisions_and_parts_of_the_world_are_resolved_in_other_languages(
    gazetteer: Gazetteer, name: str, region: str
) -> None:
    assert gazetteer.resolve(name) == region


def test_traditional_characters_are_read_as_simplified_ones(locate: Locate) -> None:
    assert locate("馬里軍隊與塞內加爾", language="zh").regions.keys() >= {
        "country:ML",
        "country:SN",
    }


def test_an_adjective_that_a_country_is_called_as_well_is_read_in_lower_case(
    locate: Locate,
) -> None:
    assert "country:AR" in locate("Detuvieron a una ciudadana argentina.", language="es").regions


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("fr", "Le village de Solhan, au Burkina Faso, a été attaqué.", "BF"),
        ("es", "La catedral de Córdoba, en España, reabre.", "ES"),
        ("pt", "Fogo em Valência, na Venezuela.", "VE"),
        ("ar", "اشتباكات في طرابلس، في لبنان", "LB"),
    ],
)
def test_each_language_may_say_where_a_place_lies(
    locate: Locate, language: str, text: str, country: str
) -> None:
    assert locate(text, language=language).primary_country == f"country:{country}"
