"""Where an article is set: region ids and their hierarchy, the gazetteer, the geoparser.

Read ``region`` and ``hierarchy`` first, then ``gazetteer`` (look-up) and ``places`` (what the
geoparser answers). The geoparser goes from ``reading`` (words) over ``spotting`` (names in the
dictionary), ``evidence`` (is it a place here) and ``senses`` (which one) to ``salience`` (is the
article about it). All of it is pure; ``tocsin.adapters.gazetteer`` loads the tables from disk.
"""
