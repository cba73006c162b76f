"""Forms from elsewhere, refused requests and their log, the headers of every answer, and failures without a trace."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from adapters.database import make_engine
from adapters.directory import Directory
from adapters.sessions import PostgresSessions
from tests.web.pages import Pages, text_of, with_another
from web.app import create_app
from web.forms import CSRF_FIELD

OFFICER, ADMIN, SUPERVISOR = "officer-renshe", "admin-01", "supervisor-01"
FORM = {"absent": OFFICER, "deputy": "officer-renshe-2", "first": "2026-02-16", "last": "2026-02-17", "reason": "探亲"}


def reasons(pages: Pages) -> list[str]:
    """What the log of refusals has, the newest first."""
    return [each.reason for each in pages.desk.refusals.page(None, 50)]


@pytest.mark.parametrize("secret", ["", "x", "ä"])
def test_a_form_without_the_login_s_secret_does_nothing(pages: Pages, secret: str) -> None:
    pages.log_in(OFFICER)
    answer = pages.post("/deputies", {**FORM, CSRF_FIELD: secret})
    assert answer.status_code == 403
    assert "没有登记" in text_of(answer)
    assert pages.desk.deputies.all() == []


def test_a_form_with_the_secret_of_another_login_does_nothing(pages: Pages) -> None:
    other = pages.log_in(SUPERVISOR)
    pages.log_in(OFFICER)
    assert pages.post("/deputies", {**FORM, CSRF_FIELD: other.csrf}).status_code == 403
    assert pages.desk.deputies.all() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.invalid"},
        {"origin": "null"},
        {"origin": "http://desk.test.example.invalid"},
        {"referer": "https://example.invalid/page"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_does_nothing_even_with_the_secret(pages: Pages, headers: dict[str, str]) -> None:
    pages.log_in(OFFICER)
    assert pages.post("/deputies", FORM, None, **headers).status_code == 403
    assert pages.desk.deputies.all() == []
    assert "不是从本系统的页面提交的" in reasons(pages)[0]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://desk.test", "sec-fetch-site": "same-origin"}, {"referer": "http://desk.test/x"}]
)
def test_a_form_of_our_own_page_is_taken(pages: Pages, headers: dict[str, str]) -> None:
    pages.log_in(OFFICER)
    assert pages.post("/deputies", FORM, None, **headers).headers["location"] == "/deputies?done=added"


def test_nobody_is_logged_in_as_somebody_else_from_another_site(pages: Pages) -> None:
    assert pages.post("/login", {"user": OFFICER, "password": "x"}, origin="https://example.invalid").status_code == 403


def test_every_refusal_is_a_plain_page_and_a_row_that_supervisors_read(pages: Pages) -> None:
    pages.log_in(OFFICER)
    refused = pages.get("/admin/users")
    assert (refused.status_code, refused.template.name) == (403, "message.html")
    assert "这个页面供管理员使用，您是整改责任人" in text_of(refused)
    assert pages.get("/admin/refusals").status_code == 403
    pages.log_in(SUPERVISOR)
    seen = pages.get("/admin/refusals")
    first, second = seen.context["page"].refusals
    assert (second.user_id, second.unit, second.method, second.path) == (OFFICER, "ez-renshe", "GET", "/admin/users")
    assert second.address == "testclient"
    assert first.path == "/admin/refusals"
    assert "测试·人社整改责任人" in text_of(seen)


def test_a_failed_login_is_written_down_without_what_was_typed_by_mistake(pages: Pages) -> None:
    for user in (OFFICER, "my-secret-password"):
        pages.post("/login", {"user": user, "password": "x"})
    unknown, known = reasons(pages)
    assert OFFICER in known
    assert "my-secret-password" not in unknown


def test_the_log_is_read_page_by_page(pages: Pages) -> None:
    for number in range(120):
        pages.desk.refusals.write(None, "192.0.2.1", "GET", f"/{number}", 403, "x")
    pages.log_in(ADMIN)
    path, seen = "/admin/refusals", []
    while path:
        page = pages.get(path).context["page"]
        seen += [each.path for each in page.refusals]
        path = page.older
    assert seen == [f"/{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("path", ["/nowhere", "/login", "/static/nothing.css", "/admin/refusals?before=x", "/health"])
def test_every_answer_carries_the_strict_headers(pages: Pages, path: str) -> None:
    pages.log_in(ADMIN)
    headers = pages.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_what_nobody_foresaw_is_a_plain_page_with_a_number(pages: Pages) -> None:
    app = create_app(pages.desk)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret of the program")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert "请把编号" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_database_that_is_down_is_a_plain_page(pages: Pages) -> None:
    pages.log_in(OFFICER)
    nobody_there = make_engine("postgresql://127.0.0.1:1/nothing")
    sessions = PostgresSessions(nobody_there, Directory(nobody_there), pages.installation.now)
    app = create_app(replace(pages.desk, sessions=sessions))
    browser = TestClient(app, raise_server_exceptions=False, cookies=dict(pages.client.cookies))
    answer = browser.get("/deputies")
    assert answer.status_code == 503
    assert "数据库没有应答，请稍后重试" in answer.text


def test_behind_a_proxy_cookies_are_sent_over_tls_only_and_its_name_is_ours(pages: Pages) -> None:
    pages.installation.accounts.set(OFFICER, "河边的柳树-2026", by=ADMIN, must_change=False)
    door = replace(pages.desk.door, address="https://chaping.example.invalid")
    login = {"user": OFFICER, "password": "河边的柳树-2026"}
    with with_another(pages, door=door) as behind:
        inside = behind.post("/login", login, None, origin="https://chaping.example.invalid")
        assert inside.status_code == 303
        assert "secure" in inside.headers["set-cookie"].lower()
        assert behind.post("/login", login, None, origin="https://other.example.invalid").status_code == 403
