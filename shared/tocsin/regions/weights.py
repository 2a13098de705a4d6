"""How much each piece of evidence counts, in log-odds.

``PLACE``: is this name a place here at all. ``SENSE``: which of the places of that name.
Set by hand, then fitted to sentences of ours and to GeoVirus (WikiNews text, CC BY 2.5).
"""

PLACE: dict[str, float] = {
    "bias": -0.6,
    # what goes by the name
    "country": 4.5,
    "area": 4.0,
    "division": 2.2,
    "millions": 2.6,
    "hundred thousands": 1.7,
    "large town": 0.6,
    "small town": -0.4,
    "village": -1.2,
    "seldom called so": -1.2,
    "demonym": 4.5,
    "abbreviation": 3.5,
    # how it is written
    "several words": 1.2,
    "written in lower case": 0.45,
    "sentence begins with a common word": -1.5,
    "generic": -4.0,
    "capitals": -3.0,
    "shouted": -1.0,
    "script without case": -1.0,
    # a person
    "title before": -4.0,
    "given name before": -2.8,
    "initial before": -3.0,
    "is a given name": -1.2,
    "is a surname": -0.8,
    "surname after": -0.8,
    "given name and surname": -3.0,
    "person elsewhere": -3.5,
    "speaks": -0.6,
    # an organisation
    "organisation after": -1.2,
    "organisation before": -1.2,
    "unknown name before": -1.8,
    "unknown name after": -1.3,
    # a place
    "preposition before": 1.8,
    "direction before": 1.5,
    "of before": 0.4,
    "kind of place beside": 0.5,
    "possessive": 0.5,
    "in a list": 0.8,
    "dateline": 3.0,
    "says where": 4.0,
    "says where another is": 2.0,
    "country elsewhere": 2.2,
}

SENSE: dict[str, float] = {
    "country": 3.0,
    "country, size": 0.8,
    "area": 3.0,
    "division": 0.9,
    "division, size": 0.5,
    "town of its division": 0.5,
    "size": 1.0,
    "renown": 0.5,
    "main name": 1.2,
    "alternate name": -1.2,
    "capital": 1.0,
    "population unknown": -0.5,
    "country votes": 4.0,
    "country votes, absolute": 0.6,
    "division votes": 3.0,
    "says where": 8.0,
    "possessed by": 5.0,
    "near others": 1.2,
    "home country": 2.0,
    "home division": 2.0,
}
