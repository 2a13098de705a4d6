from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tocsin_ingest.stages.languages import EXPECTED


class LanguageGuesser:
    """py3langid, restricted to the languages that we expect. Loading takes a second."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(EXPECTED)

    def guess(self, text: str) -> tuple[str, float]:
        language, certainty = self._identifier.classify(text)
        return str(language), float(certainty)
