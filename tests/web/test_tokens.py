"""Tokens of other systems at the desk and at the terminal: made once, shown once, revoked."""

import re
from datetime import timedelta

import pytest

from cli.app import Exit
from models.outside import Scope
from tests.cli.terminal import Terminal
from tests.support.engine import OFFICER, SUPERVISOR
from tests.web.pages import Pages, text_of
from web.routes.tokens import TokensPage

ADMIN = "admin-01"
FORM: dict[str, str | list[str]] = {
    "name": "好差评平台",
    "user": OFFICER,
    "scope": ["cases:read", "ratings:write"],
    "days": "30",
}


def tokens_page(pages: Pages) -> TokensPage:
    response = pages.get("/admin/tokens")
    assert response.template.name == "tokens.html"
    page = response.context["page"]
    assert isinstance(page, TokensPage)
    return page


def test_an_administrator_makes_a_token_and_sees_its_secret_once(pages: Pages) -> None:
    pages.log_in(ADMIN)
    made = pages.post("/admin/tokens", FORM)
    secret = made.context["page"].secret
    assert re.fullmatch(r"hcp_[\w-]{43}", secret)
    assert secret in text_of(made)
    found = pages.installation.tokens.find(secret)
    assert found is not None
    token, user = found
    assert (user.id, token.made_by, token.scopes) == (OFFICER, ADMIN, (Scope.RATINGS_WRITE, Scope.CASES_READ))
    assert token.expires_at == pages.installation.moment + timedelta(days=30)
    page = tokens_page(pages)
    assert (page.secret, [row.standing for row in page.rows]) == ("", ["有效"])
    assert secret not in pages.get("/admin/tokens").text


def test_a_revoked_token_works_no_longer_and_stays_in_the_list(pages: Pages) -> None:
    pages.log_in(ADMIN)
    secret = pages.post("/admin/tokens", FORM).context["page"].secret
    [row] = tokens_page(pages).rows
    assert pages.post(f"/admin/tokens/{row.token.id}/revoke").status_code == 303
    assert pages.installation.tokens.find(secret) is None
    [row] = tokens_page(pages).rows
    assert (row.standing, row.token.revoked_by) == ("已撤销", ADMIN)
    assert pages.post("/admin/tokens/T0/revoke").status_code == 422


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "令牌的名称须填写"),
        ({"scope": []}, "至少要有一项权限"),
        ({"days": "0"}, "有效期须在 1 至 730 天之间"),
        ({"days": "很久"}, "有效期须在 1 至 730 天之间"),
        ({"user": "nobody"}, "nobody"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(pages: Pages, changes: dict[str, str | list[str]], sentence: str) -> None:
    pages.log_in(ADMIN)
    refused = pages.post("/admin/tokens", FORM | changes)
    assert refused.status_code == 422
    page = refused.context["page"]
    assert sentence in page.refusal
    assert page.user_id == (FORM | changes)["user"]
    assert pages.installation.tokens.all() == []


def test_the_terminal_makes_lists_and_revokes_them_too(pages: Pages) -> None:
    terminal = Terminal(pages.installation)
    add = ("token", "add", "--name", "平台", "--for", OFFICER, "--scope", "cases:read", "--days", "7", "--as")
    made = terminal.run_now(*add, ADMIN)
    assert made.code == Exit.DONE, made
    secret = made.out.splitlines()[1]
    found = pages.installation.tokens.find(secret)
    assert found is not None
    token, _ = found
    listed = terminal.run_now("token", "list").out
    assert token.id in listed
    assert "有效" in listed
    assert secret not in listed
    assert terminal.run_now("token", "revoke", token.id, "--as", SUPERVISOR).code == Exit.REFUSED
    assert "已撤销" in terminal.run_now("token", "revoke", token.id, "--as", ADMIN).out
    assert pages.installation.tokens.find(secret) is None


def test_the_terminal_says_what_is_missing(pages: Pages) -> None:
    terminal = Terminal(pages.installation)
    add = ("token", "add", "--name", "平台", "--for", OFFICER, "--as")
    assert terminal.run_now(*add, SUPERVISOR, "--scope", "cases:read").code == Exit.REFUSED
    wrong = terminal.run_now(*add, ADMIN, "--scope", "everything")
    assert (wrong.code, "没有“everything”这项权限" in wrong.err) == (Exit.BAD_INPUT, True)
    assert "用法：token add" in terminal.run_now("token", "add", "--as", ADMIN).err
    assert terminal.run_now("token", "list").out == "还没有令牌。\n"
