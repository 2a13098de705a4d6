"""Seals what is secret of a channel before it goes into the store.

The plaintext names the channel, since Fernet has nothing beside it to authenticate: a
sealed URL that is moved to another channel is refused.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tocsin.documents.channel_url import SEALED, is_sealed, key_of
from tocsin.errors import TocsinError
from tocsin.secret_keys import RIGHT, SecretKeys


USE = "channel urls"


class NoKeyError(TocsinError):
    def __init__(self) -> None:
        super().__init__(
            "there is no key to seal the channel's URL with: set TOCSIN_SECRET_KEYS to the keys of the "
            f"console and the notifier ({RIGHT}), or TOCSIN_SECRET_KEYS_FILE to the file that holds them"
        )


class Vault:
    """``keys`` is asked each time, since they may be rotated while we run; None: we have none."""

    def __init__(self, keys: Callable[[], SecretKeys | None]) -> None:
        self._keys = keys
        self._made: tuple[SecretKeys, MultiFernet] | None = None

    @property
    def keys(self) -> SecretKeys | None:
        return self._keys()

    def seal(self, channel_id: str, url: str) -> str:
        """Return the URL sealed with the first key: ``sealed:<id of the key>:<token>``.

        Raises:
            NoKeyError: there is no key.
        """
        keys = self._keys()
        if keys is None:
            raise NoKeyError
        plaintext = json.dumps({"channel": channel_id, "url": url}).encode()
        token = self._fernet(keys).encrypt(plaintext).decode()
        return f"{SEALED}{keys.first.id}:{token}"

    def open(self, channel_id: str, stored: str) -> str:
        """Return the URL of what is stored.

        What is in the open already, from before there were keys, is returned as it is. So is what
        none of our keys opens, or what was sealed for another channel: it stays sealed.
        """
        keys = self._keys()
        if keys is None or not is_sealed(stored):
            return stored
        try:
            plaintext = self._fernet(keys).decrypt(stored.rpartition(":")[2])
        except InvalidToken:
            return stored
        content = json.loads(plaintext)
        url: str = content["url"]
        return url if content["channel"] == channel_id else stored

    def is_of_first_key(self, stored: str) -> bool:
        keys = self._keys()
        return keys is not None and is_sealed(stored) and key_of(stored) == keys.first.id

    def has_key_of(self, stored: str) -> bool:
        keys = self._keys()
        return keys is not None and key_of(stored) in keys.ids

    def _fernet(self, keys: SecretKeys) -> MultiFernet:
        if self._made is None or self._made[0] != keys:
            fernets = [Fernet(urlsafe_b64encode(key.derived(USE))) for key in keys.keys]
            self._made = keys, MultiFernet(fernets)
        return self._made[1]
