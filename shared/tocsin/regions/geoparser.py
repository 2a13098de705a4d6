"""From an article to its places and regions."""

from tocsin.article import Article
from tocsin.regions.boilerplate import without_boilerplate
from tocsin.regions.dictionary import Dictionary
from tocsin.regions.evidence import gather
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.linking import link, mark_dateline
from tocsin.regions.mention import Mention
from tocsin.regions.places import Places
from tocsin.regions.reading import Reading, Vocabulary, read
from tocsin.regions.salience import Layout, summarise
from tocsin.regions.senses import Home, decide
from tocsin.regions.spotted import Spotted
from tocsin.regions.spotting import spot


_GAP = "\n\n"


class Geoparser:
    """Deterministic: the same article and gazetteer give the same answer, whatever came before."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        tables = gazetteer.tables
        self._dictionary = Dictionary(tables, gazetteer.entities, gazetteer.names)
        self._vocabulary = Vocabulary(tables.words, self._dictionary)

    def locate(self, article: Article) -> Places:
        """Return where the article is set, with the evidence.

        Memberships (ECOWAS) are those of the article's date. Spans index into
        ``article.title`` and ``article.text``.
        """
        _, mentions = self.mentions(article)
        return summarise(self._gazetteer, Layout.of(article), mentions, article.date.date())

    def explain(self, article: Article) -> tuple[Places, tuple[Spotted, ...]]:
        """Return the same, and each name that may be a place, in reading order, with its reasons."""
        _, mentions = self.mentions(article)
        layout = Layout.of(article)
        places = summarise(self._gazetteer, layout, mentions, article.date.date())
        return places, tuple(Spotted.of(m, layout.span(m)) for m in mentions if m.senses)

    def mentions(self, article: Article) -> tuple[Reading, list[Mention]]:
        """Return the weighed mentions in the title, a blank line and the text: for explaining."""
        reading = read(article.title + _GAP + article.text, self._vocabulary)
        found = spot(reading, self._dictionary, article.language)
        start = len(article.title) + len(_GAP)
        mentions = without_boilerplate(reading, found, start)
        link(reading, mentions)
        mark_dateline(reading, mentions, start)
        gather(reading, mentions)
        decide(mentions, self._home(article.home))
        return reading, mentions

    def _home(self, region: str) -> Home:
        if not region or region not in self._gazetteer:
            return Home()
        around = (region, *self._gazetteer.ancestors(region))
        return Home(
            country=next((r for r in around if r.startswith("country:")), ""),
            division=next((r for r in around if r.startswith("admin1:")), ""),
        )
