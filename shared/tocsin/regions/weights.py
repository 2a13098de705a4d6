"""How much each piece of evidence counts, in log-odds.

``PLACE``: is this name a place here at all. ``SENSE``: which of the places of that name.
Set by hand, then fitted to sentences of ours and to GeoVirus (WikiNews text, CC BY 2.5).
"""

PLACE: dict[str, float] = {
    "bias": -1.20,
    # what goes by the name
    "country": 3.10,
    "area": 1.40,
    "division": 2.32,
    "millions": 1.99,
    "hundred thousands": 1.51,
    "large town": -0.01,
    "small town": 0.12,
    "village": 0.12,
    "seldom called so": -0.81,
    "kept by hand": 1.50,
    "a subscriber's own": 3.00,
    "demonym": 5.00,
    "abbreviation": 1.50,
    # how it is written
    "several words": 1.41,
    "written in lower case": 0.28,
    "sentence begins with a common word": -1.35,
    "generic": -3.00,
    "no other meaning": 0.68,
    "capitals": -2.87,
    "shouted": -1.00,
    "everyday word": -3.5,
    "script without case": -1.00,
    # a person
    "title before": -4.03,
    "given name before": -2.90,
    "initial before": -3.00,
    "is a given name": -1.71,
    "is a surname": -2.68,
    "surname after": -2.51,
    "given name and surname": -3.21,
    "person elsewhere": -3.50,
    "speaks": -0.40,
    # an organisation
    "organisation after": -1.20,
    "organisation before": -1.20,
    "unknown name before": -0.91,
    "strange name after": -2.21,
    "unknown name after": -1.61,
    # a place
    "preposition before": 2.11,
    "direction before": 2.51,
    "of before": 1.39,
    "kind of place beside": 2.00,
    "possessive": 1.01,
    "in a list": 1.61,
    "dateline": 3.00,
    "says where": 4.20,
    "says where another is": 1.78,
    "away from the rest": -1.74,
    "country elsewhere": 0.80,
}

SENSE: dict[str, float] = {
    "country": 5.60,
    "country, size": 0.50,
    "area": 3.00,
    "division": 1.50,
    "division, size": 0.90,
    "town of its division": 0.50,
    "country of its town": 3.20,
    "size": 1.70,
    "main name": 1.20,
    "alternate name": -1.20,
    "capital": 1.50,
    "population unknown": -0.50,
    "country votes": 4.60,
    "country votes, absolute": 0.70,
    "division votes": 3.40,
    "says where": 8.00,
    "possessed by": 5.00,
    "near others": 2.10,
    "home country": 2.00,
    "home division": 2.00,
}
