from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.documents import Priority
from tocsin.events import ArticleSummary, RuleMatch


class Alert(BaseModel):
    """All that a message is written from, as it was when the article matched.

    Kept with the delivery, so that every attempt writes the same, whatever became of the rule
    or the subscriber since. ``time_zone`` and ``locale`` are the subscriber's. ``thread`` names
    the story on the channel; ``news`` is what the article changes in it, empty for its first
    alert; ``also`` are the other sources that reported it since the last one. ``first_title`` and
    ``first_source`` are of the first alert of the story.
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
    thread: str = ""
    news: str = ""
    also: tuple[str, ...] = ()
    first_title: str = ""
    first_source: str = ""
    priority: Priority = Priority.NORMAL
