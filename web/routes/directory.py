"""The administrator's pages: users with their accounts, and units."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.accounts import AccountView
from models.actors import Role
from models.errors import BadInput, UnknownUser
from models.people import Unit, User
from policy.directory import UNIT_KINDS, missing_roles
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()
_ADMIN = [allowed(Role.ADMIN)]

in_menu("用户", "/admin/users", Role.ADMIN)
in_menu("单位", "/admin/units", Role.ADMIN)

_SHOWN = 200
_DONE = {
    "added": "已添加。请设置初始密码后告诉本人；使用统一身份认证登录的不用设置。",
    "saved": "已保存。",
    "password": "密码已设置。请当面或电话告诉本人；首次登录时会要求改成自己的密码。",
    "enabled": "已恢复，可以登录。",
    "disabled": "已停用，并已退出其全部登录。",
}


@dataclass(frozen=True)
class UsersPage:
    """The users that the filter lets through, at most 200, and how many there are."""

    accounts: tuple[AccountView, ...]
    units: dict[str, str]
    query: str
    found: int
    title: str = "用户"


@dataclass(frozen=True)
class UserPage:
    """One user to be changed, or a new one; `typed` is what stands in the fields."""

    title: str
    account: AccountView | None
    typed: dict[str, str]
    units: tuple[Unit, ...]
    roles: tuple[Role, ...] = tuple(Role)
    by_password: bool = True
    own: bool = False
    refusal: str = ""
    done: str = ""


@dataclass(frozen=True)
class UnitsPage:
    """All units, and by unit the roles that it needs and nobody has."""

    units: tuple[Unit, ...]
    kinds: dict[str, str]
    missing: dict[str, str]
    title: str = "单位"


@dataclass(frozen=True)
class UnitPage:
    """One unit to be changed, or a new one."""

    title: str
    unit_id: str
    typed: dict[str, str]
    kinds: dict[str, str]
    refusal: str = ""
    done: str = ""


_USER_FIELDS = ("id", "name", "role", "unit", "mobile", "email", "staff_no")
_UNIT_FIELDS = ("id", "name", "uscc", "kind", "area_code")


@router.get("/admin/users", dependencies=_ADMIN)
def users(request: Request, desk: Here, q: str = "") -> Response:
    """The list, by id."""
    names = {unit.id: unit.name for unit in desk.front.people.units()}
    sought = q.strip().casefold()
    found = [each for each in desk.door.accounts.all() if sought in _words_of(each.user, names)]
    return render(request, "users.html", UsersPage(tuple(found[:_SHOWN]), names, q.strip(), len(found)))


@router.get("/admin/new-user", dependencies=_ADMIN)
def new_user(request: Request, desk: Here) -> Response:
    """An empty form."""
    return _user_form(request, desk, None, dict.fromkeys(_USER_FIELDS, ""))


@router.post("/admin/new-user", dependencies=_ADMIN)
def add_user(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Add a user."""
    typed = {name: text_of(form, name) for name in _USER_FIELDS}
    try:
        desk.directory.add_user(_user_of(typed), who.user)
    except BadInput as refusal:
        return _user_form(request, desk, None, typed, str(refusal))
    return _back(f"/admin/users/{typed['id']}", "added")


@router.get("/admin/users/{user_id}", dependencies=_ADMIN)
def user(request: Request, desk: Here, user_id: str, done: str = "", cases: int = 0) -> Response:
    """One user with their account."""
    account = _account(desk, user_id)
    notice = _DONE.get(done, "")
    if done == "disabled" and cases > 0:
        notice += f"其名下还有 {cases} 件在办案件，请由单位负责人移交给其他人。"
    typed = {name: str(getattr(account.user, name)) for name in _USER_FIELDS}
    return _user_form(request, desk, account, typed, done=notice)


@router.post("/admin/users/{user_id}", dependencies=_ADMIN)
def change_user(request: Request, desk: Here, who: Who, user_id: str, form: Form) -> Response:
    """Change a user; who they are logged in as changes at once."""
    account = _account(desk, user_id)
    typed = {name: text_of(form, name) for name in _USER_FIELDS} | {"id": user_id}
    try:
        desk.directory.change_user(_user_of(typed), who.user)
    except BadInput as refusal:
        return _user_form(request, desk, account, typed, str(refusal))
    return _back(f"/admin/users/{user_id}", "saved")


@router.post("/admin/users/{user_id}/password", dependencies=_ADMIN)
def set_password(request: Request, desk: Here, who: Who, user_id: str, form: Form) -> Response:
    """Set an initial password; lifts a lock-out. The own one is changed on the own page."""
    account = _account(desk, user_id)
    try:
        if user_id == who.user:
            raise BadInput("本人的密码请在“修改密码”中修改。")
        desk.door.accounts.set(user_id, _untouched(form, "password"), by=who.user)
    except BadInput as refusal:
        typed = {name: str(getattr(account.user, name)) for name in _USER_FIELDS}
        return _user_form(request, desk, account, typed, str(refusal))
    return _back(f"/admin/users/{user_id}", "password")


@router.post("/admin/users/{user_id}/disable", dependencies=_ADMIN)
def disable(desk: Here, who: Who, user_id: str, form: Form) -> Response:
    """Close a user's way in."""
    cases = desk.directory.disable(user_id, who.user)
    return _back(f"/admin/users/{user_id}", f"disabled&cases={cases}")


@router.post("/admin/users/{user_id}/enable", dependencies=_ADMIN)
def enable(desk: Here, who: Who, user_id: str, form: Form) -> Response:
    """Open it again."""
    desk.directory.enable(user_id, who.user)
    return _back(f"/admin/users/{user_id}", "enabled")


@router.get("/admin/units", dependencies=_ADMIN)
def units(request: Request, desk: Here) -> Response:
    """The list, by id."""
    found, people = tuple(desk.front.people.units()), desk.front.people.users()
    missing = {unit.id: "、".join(role.label for role in missing_roles(unit, people)) for unit in found}
    page = UnitsPage(found, UNIT_KINDS, {unit: roles for unit, roles in missing.items() if roles})
    return render(request, "units.html", page)


@router.get("/admin/new-unit", dependencies=_ADMIN)
def new_unit(request: Request) -> Response:
    """An empty form."""
    return _unit_form(request, "", dict.fromkeys(_UNIT_FIELDS, ""))


@router.post("/admin/new-unit", dependencies=_ADMIN)
def add_unit(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Add a unit."""
    typed = {name: text_of(form, name) for name in _UNIT_FIELDS}
    try:
        desk.directory.add_unit(Unit(**typed), who.user)
    except BadInput as refusal:
        return _unit_form(request, "", typed, str(refusal))
    return _back(f"/admin/units/{typed['id']}", "saved")


@router.get("/admin/units/{unit_id}", dependencies=_ADMIN)
def unit(request: Request, desk: Here, unit_id: str, done: str = "") -> Response:
    """One unit."""
    found = _unit(desk, unit_id)
    typed = {name: str(getattr(found, name)) for name in _UNIT_FIELDS}
    return _unit_form(request, unit_id, typed, done=_DONE.get(done, ""))


@router.post("/admin/units/{unit_id}", dependencies=_ADMIN)
def change_unit(request: Request, desk: Here, who: Who, unit_id: str, form: Form) -> Response:
    """Change a unit."""
    _unit(desk, unit_id)
    typed = {name: text_of(form, name) for name in _UNIT_FIELDS} | {"id": unit_id}
    try:
        desk.directory.change_unit(Unit(**typed), who.user)
    except BadInput as refusal:
        return _unit_form(request, unit_id, typed, str(refusal))
    return _back(f"/admin/units/{unit_id}", "saved")


def _user_form(
    request: Request, desk: Desk, account: AccountView | None, typed: dict[str, str], refusal: str = "", done: str = ""
) -> Response:
    title = account.user.name if account else "添加用户"
    own = account is not None and account.user.id == request.state.session.user.id
    page = UserPage(
        title=title,
        account=account,
        typed=typed,
        units=tuple(desk.front.people.units()),
        by_password=desk.door.by_password,
        own=own,
        refusal=refusal,
        done=done,
    )
    return render(request, "user.html", page, 422 if refusal else 200)


def _unit_form(request: Request, unit_id: str, typed: dict[str, str], refusal: str = "", done: str = "") -> Response:
    title = typed["name"] or unit_id if unit_id else "添加单位"
    return render(
        request, "unit.html", UnitPage(title, unit_id, typed, UNIT_KINDS, refusal, done), 422 if refusal else 200
    )


def _user_of(typed: dict[str, str]) -> User:
    try:
        return User.model_validate(typed)
    except ValidationError:
        raise BadInput("请选择角色。") from None


def _account(desk: Desk, user_id: str) -> AccountView:
    found = next((each for each in desk.door.accounts.all() if each.user.id == user_id), None)
    if found is None:
        raise UnknownUser(f"目录中没有用户“{user_id}”。")
    return found


def _unit(desk: Desk, unit_id: str) -> Unit:
    found = next((each for each in desk.front.people.units() if each.id == unit_id), None)
    if found is None:
        raise UnknownUser(f"目录中没有单位“{unit_id}”。")
    return found


def _words_of(user: User, units: dict[str, str]) -> str:
    return " ".join((user.id, user.name, user.role.label, units.get(user.unit, user.unit), user.staff_no)).casefold()


def _untouched(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _back(path: str, done: str) -> Response:
    return RedirectResponse(f"{path}?done={done}", status_code=303)
