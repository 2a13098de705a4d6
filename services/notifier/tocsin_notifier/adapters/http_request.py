"""One request of a plugin's, without the session that ``requests`` makes for it.

A session keeps cookies, settings and adapters for the requests to come, and is thrown away after
the first: that took as long as the request. What needs one after all still has it.
"""

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Self

import requests
from requests import PreparedRequest, Response
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers


# What a request may say and still be sent alone: nothing of it is for a second one.
ALONE = frozenset(
    {"params", "data", "json", "headers", "auth", "timeout", "verify", "allow_redirects"}
)
CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class OneRequest:
    """Stands in for a session: it is entered, asked for one request, and left."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def request(self, method: str, url: str, **said: Any) -> Response:
        if not _stands_alone(said):
            with requests.Session() as session:
                return session.request(method, url, **said)
        prepared = _prepared(method, url, said)
        started = time.perf_counter()
        # As looked up by sessions, which is where ours stands in.
        response = requests.sessions.HTTPAdapter().send(
            prepared, timeout=said.get("timeout"), verify=_trusted(said.get("verify"))
        )
        response.elapsed = timedelta(seconds=time.perf_counter() - started)
        return response


def _stands_alone(said: Mapping[str, Any]) -> bool:
    """Tell whether it can lead to no second request: to another address, or with a proof of who asks."""
    return (
        said.get("allow_redirects") is False
        and said.keys() <= ALONE
        and isinstance(said.get("auth"), tuple | None)
    )


def _prepared(method: str, url: str, said: Mapping[str, Any]) -> PreparedRequest:
    """Return what ``PreparedRequest.prepare`` would, in its order; there are no cookies to look through."""
    prepared = PreparedRequest()
    prepared.prepare_method(method)
    prepared.prepare_url(url, said.get("params") or {})
    prepared.prepare_headers(_headers(said.get("headers")))
    prepared._cookies = RequestsCookieJar()  # type: ignore[attr-defined]  # noqa: SLF001 -- as prepare_cookies sets it
    prepared.prepare_body(said.get("data") or {}, [], said.get("json"))
    prepared.prepare_auth(said.get("auth"), url)
    prepared.prepare_hooks(default_hooks())
    return prepared


def _headers(said: Mapping[str, str | None] | None) -> Mapping[str, str]:
    merged: CaseInsensitiveDict[str | None] = CaseInsensitiveDict(_default_headers())
    merged.update(said or {})
    return {name: value for name, value in merged.items() if value is not None}


@cache
def _default_headers() -> Mapping[str, str]:
    return dict(default_headers())


def _trusted(verify: bool | str | None) -> bool | str:  # noqa: FBT001 -- requests' own
    """Return what certificates are checked by: where nothing else is said, the operator's bundle."""
    if verify is None or verify is True:
        return next((path for name in CA_BUNDLES if (path := os.environ.get(name))), True)
    return verify
