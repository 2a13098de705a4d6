from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.events import ArticleSummary, RuleMatch


class Alert(BaseModel):
    """All that a message is written from, as it was when the article matched.

    Kept with the delivery, so that every attempt writes the same, whatever became of the rule
    or the subscriber since. ``time_zone`` and ``locale`` are the subscriber's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    article: ArticleSummary
    match: RuleMatch
    matched_at: AwareDatetime
    subscription_id: str
    subscriber_id: str
    subscriber_name: str
    time_zone: str = "UTC"
    locale: str = "en"
