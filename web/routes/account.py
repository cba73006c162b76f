"""Logging in and out, and the own password."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.errors import BadInput, LoginRefused, UnknownUser
from models.people import User
from models.sessions import Session
from web.access import SESSION_COOKIE, Here, Visit, allowed, anyone, find_session
from web.door_ports import Provider
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk
from web.refusals import address_of, log_refusal

router = APIRouter()

FLOW_COOKIE = "haochaping_login"
_LONGEST_FIELD = 400


@dataclass(frozen=True)
class LoginPage:
    """The way in: by password, by the city's own login (`provider` is its address here), or both."""

    next_page: str
    user_id: str = ""
    refusal: str = ""
    notice: str = ""
    by_password: bool = True
    provider: str = ""
    title: str = "登录"


@dataclass(frozen=True)
class PasswordPage:
    """Changing the own password; `first` when somebody else chose it."""

    first: bool
    refusal: str = ""
    title: str = "修改密码"


_NOTICES = {
    "ended": "登录已过期，请重新登录。刚才提交的内容没有登记；登录后用浏览器的“后退”可以回到填写的页面。",
    "out": "已退出登录。",
}


@router.get("/login", dependencies=[anyone()])
def login_page(request: Request, desk: Here, next: str = "/", why: str = "") -> Response:
    """The login; who is logged in already goes on."""
    if find_session(request) is not None:
        return RedirectResponse(inside(next), status_code=303)
    return render(request, "login.html", _login_page(desk, inside(next), notice=_NOTICES.get(why, "")))


@router.post("/login", dependencies=[anyone()])
def log_in(request: Request, desk: Here, form: Form) -> Response:
    """By user name and password."""
    user_id, next_page = text_of(form, "user")[:_LONGEST_FIELD], inside(text_of(form, "next"))
    password = form.get("password")
    if not desk.door.by_password:
        raise LoginRefused("本系统不使用本地密码，请从统一身份认证登录。")
    try:
        if not user_id or not isinstance(password, str) or not 0 < len(password) <= _LONGEST_FIELD:
            raise LoginRefused("请填写用户名和密码。")
        user = desk.door.accounts.log_in(user_id, password, address_of(request))
    except LoginRefused as refusal:
        return _refused_login(request, desk, next_page, refusal, user_id)
    return let_in(request, desk, user, next_page, local=True)


@router.get("/login/provider", dependencies=[anyone()])
def to_the_provider(request: Request, desk: Here, next: str = "/") -> Response:
    """Off to the city's own login."""
    try:
        address, secret = _provider(desk).begin(inside(next), _return_address(request, desk))
    except LoginRefused as refusal:
        return _refused_login(request, desk, inside(next), refusal)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        FLOW_COOKIE, secret, path="/login", httponly=True, samesite="lax", secure=desk.door.secure, max_age=600
    )
    return answer


@router.get("/login/callback", dependencies=[anyone()])
def back_from_the_provider(request: Request, desk: Here) -> Response:
    """Back from there: the claim names a user of the directory, or nobody is let in."""
    try:
        secret = request.cookies.get(FLOW_COOKIE, "")
        proven = _provider(desk).finish(secret, str(request.url), _return_address(request, desk))
        answer = let_in(request, desk, _known_user(desk, proven.user_id), inside(proven.next_page), local=False)
    except LoginRefused as refusal:
        answer = _refused_login(request, desk, "/", refusal)
    answer.delete_cookie(FLOW_COOKIE, path="/login")
    return answer


@router.post("/logout", dependencies=[anyone()])
def log_out(request: Request, desk: Here, form: Form) -> Response:
    """Close this login; also one that has ended by itself meanwhile."""
    desk.sessions.close(request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/login?why=out", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.get("/password", dependencies=[allowed()])
def password_page(request: Request, session: Visit) -> Response:
    """The form for a new password."""
    return render(request, "password.html", PasswordPage(first=session.must_change))


@router.post("/password", dependencies=[allowed()])
def change_password(request: Request, desk: Here, session: Visit, form: Form) -> Response:
    """Change it; every login of the user is closed, this one begins anew."""
    try:
        if _typed(form, "new") != _typed(form, "again"):
            raise BadInput("两次输入的新密码不一致，请重新输入。")
        _change(desk, session, _typed(form, "old"), _typed(form, "new"), address_of(request))
    except (BadInput, LoginRefused) as refusal:
        return render(request, "password.html", PasswordPage(session.must_change, str(refusal)), 422)
    return let_in(request, desk, session.user, "/", local=True)


def let_in(request: Request, desk: Desk, user: User, next_page: str, local: bool) -> Response:
    """Open a login for a user who has proved who they are, and lead on."""
    desk.sessions.close(request.cookies.get(SESSION_COOKIE, ""))
    session = desk.sessions.open(user, request.headers.get("user-agent", ""), local)
    answer = RedirectResponse("/password" if session.must_change else next_page, status_code=303)
    answer.set_cookie(SESSION_COOKIE, session.token, path="/", httponly=True, samesite="lax", secure=desk.door.secure)
    return answer


def inside(page: str) -> str:
    """The page to go on to, if it is one of ours; else the front door. Nobody is led to another host."""
    one_of_ours = page.startswith("/") and not page.startswith("//") and page.isprintable() and "\\" not in page
    return quote(page, safe="/?&=%+,:;-._~") if one_of_ours else "/"


def _login_page(desk: Desk, next_page: str, user_id: str = "", refusal: str = "", notice: str = "") -> LoginPage:
    provider = f"/login/provider?{urlencode({'next': next_page})}" if desk.door.provider is not None else ""
    return LoginPage(next_page, user_id, refusal, notice, desk.door.by_password, provider)


def _refused_login(request: Request, desk: Desk, next_page: str, refusal: LoginRefused, user_id: str = "") -> Response:
    log_refusal(request, 403, str(refusal) + (f"（输入的用户名：{user_id[:40]}）" if _is_known(desk, user_id) else ""))
    return render(request, "login.html", _login_page(desk, next_page, user_id=user_id, refusal=str(refusal)), 403)


def _is_known(desk: Desk, user_id: str) -> bool:
    """Only names of the directory are written down: people type passwords into the field of the name."""
    return any(user.id == user_id for user in desk.front.people.users())


def _provider(desk: Desk) -> Provider:
    if desk.door.provider is None:
        raise LoginRefused("本系统没有设置统一身份认证，请用本地密码登录。")
    return desk.door.provider


def _return_address(request: Request, desk: Desk) -> str:
    return (desk.door.address or str(request.base_url)).rstrip("/") + "/login/callback"


def _known_user(desk: Desk, user_id: str) -> User:
    try:
        user = desk.front.people.user(user_id)
    except UnknownUser:
        raise LoginRefused(
            f"统一身份认证确认您是“{user_id[:60]}”，但本系统的单位目录中没有这个用户。请联系管理员添加。"
        ) from None
    if user.disabled:
        raise LoginRefused("这个账号已停用，不能登录。如有疑问请联系管理员。")
    return user


def _typed(form: Form, name: str) -> str:
    """A password as typed, blanks included."""
    value = form.get(name)
    return value[:_LONGEST_FIELD] if isinstance(value, str) else ""


def _change(desk: Desk, session: Session, old: str, new: str, address: str) -> None:
    try:
        desk.door.accounts.change(session.user.id, old, new, address)
    except LoginRefused:
        raise LoginRefused("原密码不正确，密码没有修改。多次输错会锁定 15 分钟。") from None
