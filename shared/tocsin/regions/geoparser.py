"""From an article to its places and regions."""

from tocsin.article import Article
from tocsin.regions.evidence import gather, link, mark_dateline
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.mention import Mention
from tocsin.regions.places import Places
from tocsin.regions.reading import Reading, Vocabulary, read
from tocsin.regions.salience import Layout, summarise
from tocsin.regions.senses import Home, decide
from tocsin.regions.spotting import Spotter


_GAP = "\n\n"


class Geoparser:
    """Deterministic: the same article and gazetteer give the same answer, whatever came before."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._vocabulary = Vocabulary(gazetteer.tables.words)
        self._spotter = Spotter(gazetteer.tables, gazetteer.entities, gazetteer.names)

    def locate(self, article: Article) -> Places:
        """Return where the article is set, with the evidence.

        Memberships (ECOWAS) are those of the article's date. Spans index into
        ``article.title`` and ``article.text``.
        """
        layout = Layout.of(article)
        _, mentions = self.mentions(article)
        return summarise(self._gazetteer, layout, mentions, article.date.date())

    def mentions(self, article: Article) -> tuple[Reading, list[Mention]]:
        """Return the weighed mentions in the title, a blank line and the text: for explaining."""
        reading = read(article.title + _GAP + article.text, self._vocabulary)
        lower = not article.language.startswith("en")
        mentions = self._spotter.spot(reading, lower_demonyms=lower)
        link(reading, mentions)
        mark_dateline(reading, mentions, len(article.title) + len(_GAP))
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
