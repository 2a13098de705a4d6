"""The gazetteer on disk: what it is compiled from, and how it is loaded.

``curated/`` holds what we keep by hand, as text, with sources (read by ``curated``); ``packages`` reads what well-kept
packages hold; ``compiler`` puts both together; ``store`` writes and memory-maps the artefact in
``data/``. To build it anew: ``python -m tocsin.adapters.gazetteer.build``.

Place names, coordinates and populations are from GeoNames (https://www.geonames.org/), CC BY 4.0.
"""
