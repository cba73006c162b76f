"""A small real identity provider in a process of its own: oidc-provider-mock, made to insist on PKCE.

The mock takes any client and any code; here a code is only worth something with the verifier of its challenge (S256).
Run `python -m tests.web.provider`; it says where it listens.
"""

import base64
import hashlib
import warnings
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.serving import make_server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock
    from oidc_provider_mock._app import app as provider_app

USERS = ({"sub": "1", "preferred_username": "officer-renshe"}, {"sub": "2", "preferred_username": "stranger"})

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Pkce:
    """Remembers the challenge of each code, and lets no code through without its verifier."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        if environ["PATH_INFO"] == "/oauth2/authorize" and environ["REQUEST_METHOD"] == "POST":
            return self._app(environ, self._remembering(query, start))
        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if self._challenges.pop(form["code"], None) != base64.urlsafe_b64encode(digest).decode().rstrip("="):
                start("400 Bad Request", [("content-type", "application/json")])
                return [b'{"error": "invalid_grant"}']
        return self._app(environ, start)

    def _remembering(self, query: dict[str, str], start: Callable[..., Any]) -> Callable[..., Any]:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            location = {name.lower(): value for name, value in headers}.get("location", "")
            code = parse_qs(urlsplit(location).query).get("code")
            if code and query.get("code_challenge_method") == "S256":
                self._challenges[code[0]] = query["code_challenge"]
            return start(status, headers, *more)

        return begin


def main() -> None:
    """Serve until killed."""
    users = [oidc_provider_mock.User(sub=user["sub"], claims=dict(user)) for user in USERS]
    app = provider_app(require_nonce=True, user_claims=users)
    app.debug = False
    server = make_server("127.0.0.1", 0, Pkce(app.wsgi_app))
    print(f"ready http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
