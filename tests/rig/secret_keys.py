"""The secret keys of everything that tests start."""

import base64

from tocsin.adapters.vault import Vault
from tocsin.secret_keys import SecretKeys


SECRET_KEYS = base64.b64encode(b"k" * 32).decode()
KEYS = SecretKeys.parse(SECRET_KEYS)


def vault() -> Vault:
    return Vault(lambda: KEYS)
