"""What ends in a point and does not end a sentence; by hand."""

# ruff: noqa: RUF001, SIM905 -- words of several alphabets read best as plain words

ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof gen lt col maj capt sgt cpl brig adm cmdr sen rep gov pres rev hon st jr sr
    inc ltd co corp bros vs etc cf al fig no nos vol pp approx dept est jan feb mar apr jun jul aug
    sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    m mm mme mmes mlle mgr me av bd env janv févr avr juil déc ex réf
    sra srta dña ud uds núm pág excmo art tel dpto
    exmo dra eng
    hr fr nr bzw ca usw dipl ing str
    г гг ул им тыс млн млрд руб
    """.split()
)
