"""How much each piece of evidence counts, in log-odds.

``PLACE``: is this name a place here at all. ``SENSE``: which of the places of that name.
Set by hand, then fitted to sentences of ours and to GeoVirus (WikiNews text, CC BY 2.5).
"""

PLACE: dict[str, float] = {
    "bias": -1.40,
    # what goes by the name
    "country": 3.22,
    "area": 1.37,
    "division": 2.28,
    "millions": 2.09,
    "hundred thousands": 1.63,
    "large town": 0.07,
    "small town": 0.09,
    "village": 0.07,
    "seldom called so": -0.93,
    "demonym": 5.00,
    "abbreviation": 1.50,
    # how it is written
    "several words": 1.40,
    "written in lower case": 0.27,
    "sentence begins with a common word": -1.32,
    "generic": -3.00,
    "no other meaning": 0.68,
    "capitals": -3.56,
    "shouted": -1.00,
    "script without case": -1.00,
    # a person
    "title before": -4.02,
    "given name before": -2.86,
    "initial before": -3.00,
    "is a given name": -1.59,
    "is a surname": -2.44,
    "surname after": -2.29,
    "given name and surname": -3.15,
    "person elsewhere": -3.53,
    "speaks": -0.50,
    # an organisation
    "organisation after": -1.20,
    "organisation before": -1.20,
    "unknown name before": -1.07,
    "strange name after": -2.09,
    "unknown name after": -1.69,
    # a place
    "preposition before": 2.10,
    "direction before": 2.32,
    "of before": 1.28,
    "kind of place beside": 1.78,
    "possessive": 0.84,
    "in a list": 1.53,
    "dateline": 3.00,
    "says where": 4.16,
    "says where another is": 1.86,
    "country elsewhere": 1.10,
}

SENSE: dict[str, float] = {
    "country": 5.00,
    "country, size": 0.60,
    "area": 3.00,
    "division": 1.20,
    "division, size": 0.70,
    "town of its division": 0.5,
    "country of its town": 2.60,
    "size": 1.40,
    "renown": 0.10,
    "main name": 1.2,
    "alternate name": -1.2,
    "capital": 1.30,
    "population unknown": -0.5,
    "country votes": 4.40,
    "country votes, absolute": 0.50,
    "division votes": 3.20,
    "says where": 8.00,
    "possessed by": 5.0,
    "near others": 1.80,
    "home country": 2.0,
    "home division": 2.0,
}
