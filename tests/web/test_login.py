"""Logging in by password: what opens, what stays shut, and that neither words nor counts betray who exists."""

from datetime import timedelta

import pytest

from models.errors import BadInput
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, Shown, text_of
from web.access import SESSION_COOKIE
from web.routes.account import LoginPage

OFFICER = "officer-renshe"
PASSWORD = "河边的柳树-2026"
WRONG = "不是这个密码-2026"


@pytest.fixture
def door(pages: Pages) -> Pages:
    """A desk where one officer has a password."""
    pages.installation.accounts.set(OFFICER, PASSWORD, by="admin-01", must_change=False)
    return pages


def try_in(pages: Pages, user: str = OFFICER, password: str = PASSWORD, next_page: str = "/password") -> Shown:
    """Send the login form."""
    return pages.post("/login", {"user": user, "password": password, "next": next_page})


def refusal_of(answer: Shown) -> str:
    """Why the login was refused."""
    assert answer.status_code == 403, answer.headers
    assert answer.template.name == "login.html"
    page = answer.context["page"]
    assert isinstance(page, LoginPage)
    return page.refusal


def test_who_is_not_logged_in_is_led_to_the_login_and_back(door: Pages) -> None:
    away = door.get("/deputies?done=added")
    assert away.status_code == 303
    assert away.headers["location"] == "/login?next=%2Fdeputies%3Fdone%3Dadded"
    assert door.get("/login", next="/deputies").context["page"].next_page == "/deputies"
    assert try_in(door, next_page="/deputies").headers["location"] == "/deputies"
    assert "测试·人社整改责任人" in text_of(door.get("/deputies"))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(door: Pages) -> None:
    cookie = try_in(door).headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/"))
    assert "secure" not in cookie


@pytest.mark.parametrize("page", ["https://example.invalid/", "//example.invalid/", "/\\example.invalid", "", "x"])
def test_the_login_leads_to_no_other_host(door: Pages, page: str) -> None:
    assert try_in(door, next_page=page).headers["location"] == "/"


def test_wrong_password_and_unknown_user_read_the_same(door: Pages) -> None:
    assert refusal_of(try_in(door, password=WRONG)) == refusal_of(try_in(door, user="nobody-here"))
    assert SESSION_COOKIE not in door.client.cookies


def test_the_user_s_name_is_still_there_after_a_refusal_but_not_the_password(door: Pages) -> None:
    answer = try_in(door, password=WRONG)
    assert f'value="{OFFICER}"' in answer.text
    assert WRONG not in answer.text


@pytest.mark.parametrize("user", [OFFICER, "nobody-here"])
def test_five_wrong_passwords_lock_for_fifteen_minutes(door: Pages, user: str) -> None:
    for _ in range(5):
        refused = refusal_of(try_in(door, user=user, password=WRONG))
    assert refusal_of(try_in(door, user=user)) == refused
    door.installation.moment += timedelta(minutes=15, seconds=1)
    if user == OFFICER:
        assert try_in(door).status_code == 303


def test_a_right_password_forgives_the_wrong_ones_before(door: Pages) -> None:
    for _ in range(2):
        for _ in range(4):
            refusal_of(try_in(door, password=WRONG))
        assert try_in(door).status_code == 303
        door.log_out()


def test_a_new_password_of_the_administrator_lifts_the_lock(door: Pages) -> None:
    for _ in range(5):
        refusal_of(try_in(door, password=WRONG))
    door.installation.accounts.set(OFFICER, PASSWORD, by="admin-01", must_change=False)
    assert try_in(door).status_code == 303


def test_an_address_that_guesses_on_must_wait_longer_each_time(door: Pages) -> None:
    for number in range(10):
        refusal_of(try_in(door, user=f"user-{number}", password=WRONG))
    assert "请 2 秒后再试" in refusal_of(try_in(door))
    door.installation.moment += timedelta(seconds=2)
    refusal_of(try_in(door, user="user-x", password=WRONG))
    assert "请 3 秒后再试" in refusal_of(try_in(door))


def test_half_an_hour_without_a_click_ends_the_login(door: Pages) -> None:
    try_in(door)
    for _ in range(3):
        door.installation.moment += timedelta(minutes=29)
        assert door.get("/deputies").status_code == 200
    door.installation.moment += timedelta(minutes=31)
    assert door.get("/deputies").status_code == 303


def test_twelve_hours_end_the_login_however_busy(door: Pages) -> None:
    try_in(door)
    for _ in range(35):
        door.installation.moment += timedelta(minutes=20)
        assert door.get("/deputies").status_code == 200
    door.installation.moment += timedelta(minutes=20)
    assert door.get("/deputies").status_code == 303


def test_a_form_sent_after_the_end_of_the_login_says_that_nothing_was_taken(door: Pages) -> None:
    door.log_in(OFFICER)
    door.installation.moment += timedelta(minutes=31)
    answer = door.post("/deputies", {"reason": "x"})
    assert answer.headers["location"] == "/login?why=ended"
    assert "没有登记" in text_of(door.get("/login?why=ended"))


def test_logging_out_ends_the_login_also_for_who_kept_the_cookie(door: Pages) -> None:
    session = door.log_in(OFFICER)
    assert door.post("/logout").headers["location"] == "/login?why=out"
    door.client.cookies.set(SESSION_COOKIE, session.token)
    assert door.get("/deputies").status_code == 303


def test_the_database_holds_neither_password_nor_cookie(door: Pages) -> None:
    token = door.log_in(OFFICER).token
    with door.installation.engine.connect() as connection:
        kept = [str(row) for table in ("accounts", "sessions") for row in connection.exec_driver_sql(f"table {table}")]
    assert len(kept) == 2
    assert "$argon2id$" in kept[0]
    assert not [row for row in kept if PASSWORD in row or token in row]


def test_an_initial_password_opens_nothing_but_its_change(door: Pages) -> None:
    door.installation.accounts.set(OFFICER, PASSWORD, by="admin-01")
    assert try_in(door, next_page="/deputies").headers["location"] == "/password"
    assert door.get("/deputies").headers["location"] == "/password"
    door.session = door.desk.sessions.find(door.client.cookies[SESSION_COOKIE])
    changed = door.post("/password", {"old": PASSWORD, "new": "山坡上的松树-2026", "again": "山坡上的松树-2026"})
    assert changed.headers["location"] == "/"
    assert door.get("/deputies").status_code == 200


def test_a_change_of_the_password_ends_the_other_logins(door: Pages) -> None:
    elsewhere = door.desk.sessions.open(door.desk.front.people.user(OFFICER), "another machine")
    door.log_in(OFFICER)
    assert door.post("/password", {"old": PASSWORD, "new": "新的密码-2026-1", "again": "新的密码-2026-1"}).is_redirect
    assert door.desk.sessions.find(elsewhere.token) is None
    assert door.get("/deputies").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (WRONG, "新的密码-2026-1", "新的密码-2026-1", "原密码不正确"),
        (PASSWORD, "新的密码-2026-1", "新的密码-2026-2", "不一致"),
        (PASSWORD, "短密码", "短密码", "10 至 128 个字符"),
        (PASSWORD, PASSWORD, PASSWORD, "与原密码相同"),
        (PASSWORD, "x-officer-renshe-1", "x-officer-renshe-1", "不能含有"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "过于简单"),
    ],
)
def test_a_password_that_is_not_good_enough_is_refused_and_the_old_one_stays(
    door: Pages, old: str, new: str, again: str, said: str
) -> None:
    door.log_in(OFFICER)
    answer = door.post("/password", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.context["page"].refusal
    assert try_in(door).status_code == 303


def test_a_full_width_password_is_the_same_password(door: Pages) -> None:
    door.installation.accounts.set(OFFICER, "abcdefgh-2026", by="admin-01", must_change=False)
    assert try_in(door, password="ａｂｃｄｅｆｇｈ-２０２６").status_code == 303


def test_a_disabled_user_is_logged_out_and_stays_out(door: Pages) -> None:
    door.log_in(OFFICER)
    door.desk.directory.disable(OFFICER, by="admin-01")
    assert door.get("/deputies").status_code == 303
    assert "停用" in refusal_of(try_in(door))
    assert "停用" not in refusal_of(try_in(door, password=WRONG))


def test_passwords_of_nobody_cannot_be_set(door: Pages) -> None:
    with pytest.raises(BadInput, match="10 至 128"):
        door.installation.accounts.set(OFFICER, "kurz", by="admin-01")
    assert try_in(door).status_code == 303


async def test_the_desk_lives_at_the_time_of_the_engine(working_office: OpenOffice) -> None:
    desk = await working_office("2026-02-13 17:50")
    session = desk.log_in(OFFICER)
    assert (await desk.get("/password")).status_code == 200
    assert session.opened_at.date().isoformat() == "2026-02-13"
