"""Login at the city's own provider, against a real small provider in a process of its own."""

import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from adapters.oidc import OidcProvider
from adapters.settings import PROJECT, Settings
from adapters.tables.accounts import LOGIN_FLOWS
from models.errors import BadInput
from tests.web.pages import Pages, Shown, with_another
from web.routes.account import FLOW_COOKIE

PATIENT_SECONDS = 60.0
"""How long everybody waits for the provider, which always answers in the end."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider that runs."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.web.provider"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        word, address = process.stdout.readline().split()
        assert word == "ready"
        yield address
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def with_provider(pages: Pages, issuer: str) -> Iterator[Pages]:
    """A browser on a desk where people log in at that provider."""
    yield from _on_a_desk_with(pages, issuer)


def _on_a_desk_with(pages: Pages, issuer: str, claim: str = "preferred_username") -> Iterator[Pages]:
    here = pages.installation
    secret = SecretStr("secret")
    provider = OidcProvider(here.engine, here.now, issuer, "haochaping", secret, claim, PATIENT_SECONDS)
    with with_another(pages, door=replace(pages.desk.door, provider=provider)) as browser:
        yield browser


def at_the_provider(address: str, **form: str) -> str:
    """What a person does there; the address to which the browser is sent back."""
    with httpx2.Client(trust_env=False, timeout=PATIENT_SECONDS) as browser:
        assert browser.get(address).status_code == 200
        return browser.post(address, data=form).headers["location"]


def back(pages: Pages, address: str) -> Shown:
    """The browser comes back."""
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("desk.test", "/login/callback")
    return pages.get(f"{parts.path}?{parts.query}")


def test_who_the_provider_vouches_for_and_the_directory_knows_is_let_in(with_provider: Pages) -> None:
    login = with_provider.get("/login", next="/deputies").context["page"]
    off = with_provider.get(login.provider)
    answer = back(with_provider, at_the_provider(off.headers["location"], sub="1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/deputies")
    assert with_provider.get("/deputies").context["frame"].session.user.id == "officer-renshe"
    assert FLOW_COOKIE not in with_provider.client.cookies


def test_a_stranger_is_told_that_the_directory_does_not_know_them(with_provider: Pages) -> None:
    off = with_provider.get("/login/provider")
    answer = back(with_provider, at_the_provider(off.headers["location"], sub="2"))
    assert answer.status_code == 403
    assert "“stranger”" in answer.context["page"].refusal
    assert with_provider.get("/deputies").status_code == 303
    assert "stranger" in with_provider.desk.refusals.page(None, 1)[0].reason


def test_a_disabled_user_is_not_let_in(with_provider: Pages) -> None:
    with_provider.desk.directory.disable("officer-renshe", by="admin-01")
    off = with_provider.get("/login/provider")
    answer = back(with_provider, at_the_provider(off.headers["location"], sub="1"))
    assert "已停用" in answer.context["page"].refusal


def test_an_initial_local_password_does_not_stop_who_comes_from_the_provider(with_provider: Pages) -> None:
    with_provider.installation.accounts.set("officer-renshe", "河边的柳树-2026", by="admin-01")
    off = with_provider.get("/login/provider")
    assert back(with_provider, at_the_provider(off.headers["location"], sub="1")).headers["location"] == "/"
    assert with_provider.get("/deputies").status_code == 200


def test_the_request_carries_state_nonce_and_the_challenge_of_a_kept_verifier(with_provider: Pages) -> None:
    query = parse_qs(urlsplit(with_provider.get("/login/provider").headers["location"]).query)
    with with_provider.installation.engine.connect() as connection:
        kept = connection.execute(LOGIN_FLOWS.select()).mappings().one()
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert query["code_challenge_method"] == ["S256"]
    assert (query["state"], query["nonce"]) == ([kept["state"]], [kept["nonce"]])
    assert query["redirect_uri"] == ["http://desk.test/login/callback"]


def refused(pages: Pages, address: str) -> str:
    """Why the browser that came back was not let in."""
    answer = back(pages, address)
    assert answer.status_code == 403
    assert pages.get("/deputies").status_code == 303
    refusal: str = answer.context["page"].refusal
    return refusal


def test_an_answer_without_this_browser_s_secret_lets_nobody_in(with_provider: Pages) -> None:
    address = at_the_provider(with_provider.get("/login/provider").headers["location"], sub="1")
    with_provider.client.cookies.clear()
    assert "没有完成" in refused(with_provider, address)


def test_an_answer_to_another_flow_lets_nobody_in(with_provider: Pages) -> None:
    address = at_the_provider(with_provider.get("/login/provider").headers["location"], sub="1")
    with_provider.get("/login/provider")
    assert "没有完成" in refused(with_provider, address)


def test_an_answer_is_believed_once(with_provider: Pages) -> None:
    address = at_the_provider(with_provider.get("/login/provider").headers["location"], sub="1")
    secret = with_provider.client.cookies[FLOW_COOKIE]
    assert back(with_provider, address).status_code == 303
    with_provider.log_out()
    with_provider.client.cookies.set(FLOW_COOKIE, secret)
    assert "没有完成" in refused(with_provider, address)


def test_an_answer_after_ten_minutes_lets_nobody_in(with_provider: Pages) -> None:
    address = at_the_provider(with_provider.get("/login/provider").headers["location"], sub="1")
    with_provider.installation.moment += timedelta(minutes=10, seconds=1)
    assert "已经过期" in refused(with_provider, address)


@pytest.mark.parametrize("column", ["nonce", "verifier"])
def test_a_wrong_nonce_or_verifier_lets_nobody_in(with_provider: Pages, column: str) -> None:
    address = at_the_provider(with_provider.get("/login/provider").headers["location"], sub="1")
    with with_provider.installation.engine.begin() as connection:
        connection.execute(LOGIN_FLOWS.update().values({column: "x" * 64}))
    assert "无法核实" in refused(with_provider, address)


def test_who_says_no_at_the_provider_is_not_let_in(with_provider: Pages) -> None:
    off = with_provider.get("/login/provider").headers["location"]
    state = parse_qs(urlsplit(off).query)["state"][0]
    denied = at_the_provider(off, action="deny")
    assert "error=access_denied" in denied
    assert "没有在统一身份认证完成登录" in refused(with_provider, f"{denied}&state={state}")


def test_a_claim_that_the_provider_does_not_send_lets_nobody_in(pages: Pages, issuer: str) -> None:
    for browser in _on_a_desk_with(pages, issuer, claim="employee_number"):
        address = at_the_provider(browser.get("/login/provider").headers["location"], sub="1")
        assert "没有用户名（employee_number）" in refused(browser, address)


def test_a_provider_that_is_down_is_said_and_the_local_password_stays(pages: Pages) -> None:
    pages.installation.accounts.set("officer-renshe", "河边的柳树-2026", by="admin-01", must_change=False)
    for browser in _on_a_desk_with(pages, "http://127.0.0.1:1"):
        answer = browser.get("/login/provider")
        assert "没有应答" in answer.context["page"].refusal
        assert browser.post("/login", {"user": "officer-renshe", "password": "河边的柳树-2026"}).status_code == 303


def test_a_provider_that_calls_itself_otherwise_is_not_asked(pages: Pages, issuer: str) -> None:
    for browser in _on_a_desk_with(pages, issuer.replace("127.0.0.1", "localhost") + "/"):
        assert "发行者不一致" in browser.get("/login/provider").context["page"].refusal


def test_where_local_passwords_are_off_none_is_taken(pages: Pages) -> None:
    pages.installation.accounts.set("officer-renshe", "河边的柳树-2026", by="admin-01", must_change=False)
    with with_another(pages, door=replace(pages.desk.door, by_password=False)) as browser:
        assert 'name="password"' not in browser.get("/login").text
        answer = browser.post("/login", {"user": "officer-renshe", "password": "河边的柳树-2026"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"HAOCHAPING_OIDC_ISSUER": "https://login.example.invalid"}, "HAOCHAPING_OIDC_CLIENT_ID"),
        ({"HAOCHAPING_LOCAL_LOGIN": "false"}, "HAOCHAPING_OIDC_ISSUER"),
    ],
)
def test_settings_that_would_lock_everybody_out_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=named):
        Settings.load()
