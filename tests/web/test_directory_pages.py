"""The administrator's pages: users, their accounts, and units; who stands in for whom."""

import pytest

from tests.web.pages import Pages, text_of
from web.routes.deputies import DeputiesPage
from web.routes.directory import UnitsPage, UserPage, UsersPage

NEW = {
    "id": "officer-new",
    "name": "测试·新来的责任人",
    "role": "officer",
    "unit": "ez-renshe",
    "mobile": "13800000099",
    "email": "new@example.invalid",
    "staff_no": "",
}
UNIT = {"id": "ez-new", "name": "测试新单位", "uscc": "11420700MB0000009X", "kind": "handling", "area_code": "420700"}


@pytest.fixture
def admin(pages: Pages) -> Pages:
    """An administrator's browser."""
    pages.log_in("admin-01")
    return pages


def test_a_new_user_gets_a_password_logs_in_and_has_to_change_it(admin: Pages) -> None:
    added = admin.post("/admin/new-user", NEW)
    assert added.headers["location"] == "/admin/users/officer-new?done=added"
    assert admin.post("/admin/users/officer-new/password", {"password": "初始-密码-20260213"}).is_redirect
    shown = admin.get("/admin/users/officer-new", done="password")
    assert isinstance(shown.context["page"], UserPage)
    assert "初始密码未修改" in text_of(shown)
    assert "初始-密码-20260213" not in shown.text
    admin.log_out()
    inside = admin.post("/login", {"user": "officer-new", "password": "初始-密码-20260213"})
    assert inside.headers["location"] == "/password"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "officer-renshe"}, "已经存在"),
        ({"id": "Officer New"}, "小写字母"),
        ({"id": ""}, "小写字母"),
        ({"name": ""}, "名称须填写"),
        ({"role": ""}, "请选择角色"),
        ({"role": "king"}, "请选择角色"),
        ({"unit": "nowhere"}, "不在目录中"),
        ({"mobile": "12"}, "11 位数字"),
        ({"email": "x"}, "邮箱的写法有误"),
        ({"role": "clerk"}, "被评价人须填写工号"),
        ({"role": "clerk", "staff_no": "RS-0217"}, "已由测试·人社窗口人员"),
    ],
)
def test_what_the_directory_does_not_take_is_said_and_nothing_typed_is_lost(
    admin: Pages, changed: dict[str, str], said: str
) -> None:
    before = len(admin.desk.front.people.users())
    answer = admin.post("/admin/new-user", NEW | changed)
    assert (answer.status_code, answer.template.name) == (422, "user.html")
    assert said in answer.context["page"].refusal
    assert answer.context["page"].typed == NEW | changed
    assert len(admin.desk.front.people.users()) == before


def test_a_changed_role_holds_for_the_login_that_is_open(admin: Pages) -> None:
    open_login = admin.desk.sessions.open(admin.desk.front.people.user("officer-renshe"), "elsewhere")
    typed = NEW | {"id": "ignored", "role": "head", "mobile": "", "email": ""}
    assert admin.post("/admin/users/officer-renshe", typed).is_redirect
    found = admin.desk.sessions.find(open_login.token)
    assert found is not None
    assert found.user.role == "head"
    assert not [user for user in admin.desk.front.people.users() if user.id == "ignored"]


def test_a_disabled_user_is_marked_and_comes_back(admin: Pages) -> None:
    answer = admin.post("/admin/users/officer-renshe/disable")
    assert answer.headers["location"] == "/admin/users/officer-renshe?done=disabled&cases=0"
    assert "已停用" in text_of(admin.get("/admin/users", q="officer-renshe"))
    assert admin.post("/admin/users/officer-renshe/enable").is_redirect
    assert not admin.desk.front.people.user("officer-renshe").disabled


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/admin/users/admin-01/disable", {}, 422),
        ("/admin/users/admin-01", NEW | {"role": "officer"}, 422),
        ("/admin/users/admin-01/password", {"password": "初始-密码-20260213"}, 422),
    ],
)
def test_an_administrator_cannot_lock_the_door_behind_themselves(
    admin: Pages, path: str, fields: dict[str, str], status: int
) -> None:
    assert admin.post(path, fields).status_code == status
    assert admin.get("/admin/users").status_code == 200


def test_users_are_found_by_name_unit_role_and_number(admin: Pages) -> None:
    for sought, found in (("人社窗口", "clerk-renshe"), ("RS-0217", "clerk-renshe"), ("申诉复核", "reviewer-01")):
        page = admin.get("/admin/users", q=sought).context["page"]
        assert isinstance(page, UsersPage)
        assert [each.user.id for each in page.accounts] == [found]
    assert "没有符合条件的用户" in text_of(admin.get("/admin/users", q="nobody at all"))


def test_an_unknown_user_or_unit_is_a_plain_page(admin: Pages) -> None:
    for path in ("/admin/users/nobody", "/admin/units/nowhere"):
        assert admin.get(path).status_code == 404
        assert admin.post(path, {}).status_code == 404


def test_a_unit_is_added_and_changed(admin: Pages) -> None:
    assert admin.post("/admin/new-unit", UNIT).headers["location"] == "/admin/units/ez-new?done=saved"
    assert admin.post("/admin/units/ez-new", UNIT | {"name": "改了名的单位"}).is_redirect
    assert "改了名的单位" in text_of(admin.get("/admin/units"))


def test_a_unit_without_a_leader_or_a_responsible_person_is_pointed_out(admin: Pages) -> None:
    admin.post("/admin/new-unit", UNIT)

    def missing() -> dict[str, str]:
        page = admin.get("/admin/units").context["page"]
        assert isinstance(page, UnitsPage)
        return page.missing

    assert missing() == {"ez-new": "单位负责人、整改责任人"}
    assert "1 个单位缺少办理差评整改必需的人员" in text_of(admin.get("/admin/units"))
    admin.post("/admin/new-user", NEW | {"unit": "ez-new"})
    assert missing() == {"ez-new": "单位负责人"}
    admin.post("/admin/new-user", NEW | {"id": "head-new", "role": "head", "unit": "ez-new"})
    assert missing() == {}
    admin.post("/admin/users/officer-new/disable")
    assert missing() == {"ez-new": "整改责任人"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "ez-renshe"}, "已经存在"),
        ({"kind": "x"}, "单位类型"),
        ({"uscc": "1"}, "18 位"),
        ({"uscc": "11420700MB0000001B"}, "已由测试人社局"),
        ({"area_code": "42"}, "6 位数字"),
    ],
)
def test_a_unit_that_the_directory_does_not_take_is_said(admin: Pages, changed: dict[str, str], said: str) -> None:
    answer = admin.post("/admin/new-unit", UNIT | changed)
    assert answer.status_code == 422
    assert said in answer.context["page"].refusal


DEPUTY = {"absent": "officer-renshe", "deputy": "officer-renshe-2", "first": "2026-02-16", "last": "2026-02-20"}


def test_a_head_appoints_a_deputy_for_the_own_unit_and_calls_them_off(pages: Pages) -> None:
    pages.log_in("head-renshe")
    assert pages.post("/deputies", DEPUTY | {"reason": "探亲假"}).headers["location"] == "/deputies?done=added"
    page = pages.get("/deputies").context["page"]
    assert isinstance(page, DeputiesPage)
    assert [(line.absent_name, line.state, line.can_end) for line in page.lines] == [
        ("测试·人社整改责任人", "未开始", True)
    ]
    assert pages.post(f"/deputies/{page.lines[0].deputy.id}/end").is_redirect
    assert pages.get("/deputies").context["page"].lines[0].state == "已提前结束"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "填写事由"),
        ({"deputy": ""}, "请选择"),
        ({"first": "morgen"}, "无法识别"),
        ({"last": "2026-02-01"}, "早于起始日期"),
        ({"deputy": "officer-shichang"}, "同单位、同角色"),
        ({"absent": "officer-shichang", "deputy": "officer-shichang-2"}, "本单位负责人"),
    ],
)
def test_a_deputy_who_cannot_be_appointed_is_said_and_the_form_stays(
    pages: Pages, changed: dict[str, str], said: str
) -> None:
    pages.log_in("head-renshe")
    typed = DEPUTY | {"reason": "探亲假"} | changed
    answer = pages.post("/deputies", typed)
    assert answer.status_code == 422
    assert said in answer.context["page"].refusal
    assert answer.context["page"].typed == typed
    assert pages.desk.deputies.all() == []


def test_everybody_sees_only_the_appointments_that_concern_them(pages: Pages) -> None:
    pages.log_in("head-renshe")
    pages.post("/deputies", DEPUTY | {"reason": "探亲假"})
    sees = {}
    for user in ("officer-renshe", "officer-renshe-2", "clerk-renshe", "head-shichang", "supervisor-01", "admin-01"):
        pages.log_in(user)
        sees[user] = [line.can_end for line in pages.get("/deputies").context["page"].lines]
    assert sees == {
        "officer-renshe": [True],
        "officer-renshe-2": [False],
        "clerk-renshe": [],
        "head-shichang": [],
        "supervisor-01": [True],
        "admin-01": [True],
    }


def test_another_unit_s_head_cannot_call_a_deputy_off(pages: Pages) -> None:
    pages.log_in("head-renshe")
    pages.post("/deputies", DEPUTY | {"reason": "探亲假"})
    number = pages.get("/deputies").context["page"].lines[0].deputy.id
    pages.log_in("head-shichang")
    assert pages.post(f"/deputies/{number}/end").status_code == 409
    assert pages.desk.deputies.all()[0].ended_at is None
