"""Texts made of names, of what stands between names, and of anything at all."""

from hypothesis import strategies as st


NAMES = st.sampled_from(
    [
        *("Mali", "Kayes", "Bamako", "Diboli", "Nioro du Sahel", "Georgia", "Paris", "Texas"),
        *("ECOWAS", "U.S.", "US", "EU", "Malian", "N'Djamena", "Côte d'Ivoire", "San José"),
        *("Washington, D.C.", "Мали", "Франции", "малийская", "مالي", "وباماكو", "للسنغال"),
        *("马里", "西非", "マリ", "मāली", "New York Times", "Mr Kita", "Chad Smith"),
        *("Rapides Parish", "Red Sea", "MALI ARMY", "Rio de Janeiro", "Saint-Louis Region"),
    ]
)
GLUE = st.sampled_from(
    [
        *(" ", ", ", ". ", "\n\n", " in ", " and ", " - ", "'s ", " (", ") ", "\n"),
        *("\u2013 ", "", "\u200d", "\ufeff"),
    ]
)
JUMBLES = st.lists(st.one_of(NAMES, GLUE, st.text(max_size=6)), max_size=30).map("".join)
TEXTS = st.one_of(st.text(max_size=200), JUMBLES)
LANGUAGES = st.sampled_from(["und", "en", "fr", "es", "pt", "ru", "ar", "zh", "xx"])
