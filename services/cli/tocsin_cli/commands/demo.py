"""What ``tocsin up`` puts into an empty store."""

from collections.abc import Callable
from importlib.resources import files

from tocsin.documents import RuleDocument
from tocsin_cli.commands import documents
from tocsin_cli.commands.session import Store
from tocsin_cli.manifests import State, check, plan, read


WHO = "demo"


async def load_demo(store: Store, check_rule: Callable[[RuleDocument], object]) -> int:
    """Fill a store that never held a rule or a subscriber; return how many rules it got."""
    if await store.rules.changes("0") or (await store.subscribers.directory()).subscribers:
        return 0
    file = files("tocsin_cli").joinpath("demo", "demo.yaml")
    manifest = read(file.read_text(encoding="utf-8"), "demo.yaml", {})
    changes = plan(State(), check(manifest.drafts, State(), check_rule))
    await documents.make(store, changes, who=WHO, reason="the demo set")
    return sum(isinstance(change.after, RuleDocument) for change in changes)
