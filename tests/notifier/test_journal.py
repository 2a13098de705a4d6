"""What was taken in the last moment of a process is not sent again by the next."""

import fcntl
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from structlog.testing import capture_logs

from notifier.alerts import ID, a_match
from notifier.office import Office
from notifier.receivers import MailServer
from notifier.sending import relay_to, send
from tocsin.errors import StartError
from tocsin.ports.deliveries import State
from tocsin.testing import FakeClock, FakeSender
from tocsin_notifier.adapters import journal as module
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.journal import Sent, SentJournal
from tocsin_notifier.sending import recover


def killed(journal: SentJournal) -> None:
    """Do to a journal what the end of its process does."""
    journal._file.close()


def left_in(folder: Path) -> list[Sent]:
    """Return what a process that starts now finds."""
    journal = SentJournal(folder)
    found = [sent for legacy in journal.abandoned() for sent in legacy.entries()]
    journal.close()
    return found


def test_what_was_taken_is_found_after_a_crash(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path)
    sent = Sent("d1", "250 kept", posted="12.34")
    journal.taken(sent)

    killed(journal)

    assert left_in(tmp_path) == [sent]


def test_what_a_living_process_writes_is_its_own(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path)
    journal.taken(Sent("d1", "250 kept"))

    assert left_in(tmp_path) == []
    journal.close()


def test_a_journal_that_is_being_opened_is_taken_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    seen: list[Path] = []

    def locked_late(file: IO[bytes], how: int) -> None:
        seen.extend(tmp_path.glob("sent-*"))
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", locked_late)
    journal = SentJournal(tmp_path)

    assert seen == []
    assert len(list(tmp_path.glob("sent-*"))) == 1
    journal.close()


def test_an_ordered_end_leaves_nothing_but_what_is_not_noted(tmp_path: Path) -> None:
    first, second = SentJournal(tmp_path), SentJournal(tmp_path)
    for journal in (first, second):
        journal.taken(Sent("d1", "250 kept"))
    first.noted("d1")

    first.close()
    second.close()

    assert left_in(tmp_path) == [Sent("d1", "250 kept")]


def test_a_line_that_was_cut_off_hides_no_other(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path)
    journal.taken(Sent("d1", "250 kept"))
    journal._file.write(b'{"delivery_id": "d2", "rea')
    killed(journal)

    assert left_in(tmp_path) == [Sent("d1", "250 kept")]


def test_a_journal_stays_small_and_keeps_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SIZE", 1_000)
    journal = SentJournal(tmp_path)
    journal.taken(Sent("open", "250 kept"))

    for number in range(200):
        journal.taken(Sent(f"d{number}", "250 kept"))
        journal.noted(f"d{number}")

    (path,) = tmp_path.iterdir()
    assert path.stat().st_size < 2_000
    killed(journal)
    assert Sent("open", "250 kept") in left_in(tmp_path)


def test_a_full_disk_is_told_of_once_and_stops_nothing(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path)
    journal._file.close()

    full = (tmp_path / journal._path.name).open("rb", buffering=0)
    with full as journal._file, capture_logs() as logs:
        journal.taken(Sent("d1", "250 kept"))
        journal.taken(Sent("d2", "250 kept"))

    assert [entry["event"] for entry in logs] == ["journal cannot be written"]


def test_a_folder_that_cannot_be_written_to_is_told_of_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartError, match="TOCSIN_NOTIFIER_JOURNAL_DIR"):
        SentJournal(tmp_path / "file")


async def test_what_a_dead_notifier_sent_is_delivered_and_not_sent_again(tmp_path: Path) -> None:
    sender = FakeSender()
    office = Office(sender)
    await office.people("mail")
    await office.fanout.enqueue(a_match())
    (claim,) = await office.ledger.claim("dead", 1, timedelta(seconds=20))
    assert await office.ledger.begin(claim, timedelta(seconds=20))
    dead = SentJournal(tmp_path)
    dead.taken(Sent(claim.delivery.id, "250 kept"))
    killed(dead)

    journal = SentJournal(tmp_path)
    await recover(office.ledger, journal)
    office.clock.advance(minutes=1)

    record = await office.ledger.get(claim.delivery.id)
    assert (record.state, record.reason, record.suspects) == (State.DELIVERED, "250 kept", 0)
    assert await office.ledger.claim("next", 1, timedelta(seconds=20)) == []
    assert left_in(tmp_path) == []
    journal.close()


@pytest.mark.usefixtures("tamed")
async def test_what_a_server_took_is_kept_before_anybody_else_is_told(
    mail_server: MailServer,
) -> None:
    kept: list[Sent] = []
    sender = AppriseSender(FakeClock(), relay=relay_to(mail_server), taken=kept.append)

    for recipient in ("ann", "c550", "drop"):
        await send(sender, f"mailto:{recipient}@example.org")
    sender.close()

    assert kept == [Sent(ID, "250 2.0.0 queued as 4711")]


async def test_the_journal_is_told_what_the_ledger_knows() -> None:
    sender = FakeSender()
    office = Office(sender)
    told: list[str] = []
    office.courier = office.courier_of(office.ledger, sender, noted=told.append)
    await office.people("mail")
    await office.fanout.enqueue(a_match())
    (claim,) = await office.ledger.claim("me", 1, timedelta(seconds=20))

    await office.courier.deliver(claim)

    assert told == [claim.delivery.id]
