"""What ``tocsin match``, ``tocsin locate`` and ``tocsin rules import`` decide. Pure.

``lines`` reads rules and articles, ``stated`` takes over where an article is said to be set,
``answer`` runs the matcher's engine, ``location`` its geoparser; ``foreign`` reads queries of other
tools and ``takeover`` says what becomes of each.
"""
