"""The operator's keys: how they are written, and that they stay secret."""

import base64

import pytest

from tocsin.secret_keys import SecretKeys


FIRST = base64.b64encode(b"\xff" * 32).decode()
SECOND = base64.urlsafe_b64encode(b"\xfe" * 32).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST},{SECOND}",
        f"  {FIRST} {SECOND}\n",
        f"# made on Monday\n{FIRST}  # the new one\n\n{SECOND}\n",
        f"{FIRST},{SECOND},{FIRST}",
    ],
)
def test_keys_stand_between_commas_or_on_lines_in_their_order(text: str) -> None:
    keys = SecretKeys.parse(text)

    assert [key.secret for key in keys.keys] == [b"\xff" * 32, b"\xfe" * 32]
    assert keys.first.secret == b"\xff" * 32


@pytest.mark.parametrize("text", ["", "  \n", "# only a remark", ",", "password", "é" * 44])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32") as refused:
        SecretKeys.parse(text)

    assert "password" not in str(refused.value)


def test_a_key_is_shown_nowhere() -> None:
    keys = SecretKeys.parse(FIRST)

    assert "\\xff" not in repr(keys)
    assert FIRST not in repr(keys)


def test_a_key_is_told_from_others_by_its_id_and_reads_back_as_written() -> None:
    keys = SecretKeys.parse(f"{FIRST} {SECOND}")

    assert len(set(keys.ids)) == 2
    assert SecretKeys.parse(keys.first.written()).first == keys.first


def test_each_use_has_a_key_of_its_own() -> None:
    key = SecretKeys.parse(FIRST).first

    assert len({key.secret, key.derived("links"), key.derived("urls")}) == 3
