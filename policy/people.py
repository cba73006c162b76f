"""Who may appoint a deputy (代理), hand tasks over (移交), register a report, see who rated, and hand out a link.

Decides on people alone, with the sentence that the refused person is told. Whether a case lets itself be reassigned
says the case (`policy.transitions`).
"""

from collections.abc import Collection, Iterable
from datetime import date

from models.actions import AssignCoUnits, ConveneConference, HumanAction, Reassign, Redispatch
from models.actors import Actor, Role
from models.kinds import CaseSource
from models.people import Deputy, Unit, User

_OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_RECEPTION = frozenset({Role.HOTLINE, Role.SUPERVISOR})


def appointment_refusal(
    absent: User, deputy: User, by: User, first_day: date, last_day: date, today: date
) -> str | None:
    """Why this deputy cannot be appointed; None when it is possible. Both days are included."""
    if refusal := _not_in_charge_of(absent, by):
        return refusal
    if absent.id == deputy.id:
        return "代理人不能是请假人本人。"
    if (absent.unit, absent.role) != (deputy.unit, deputy.role):
        return (
            f"代理人须与请假人同单位、同角色：{absent.name}是{absent.role.label}，"
            f"{deputy.name}是{'本' if absent.unit == deputy.unit else '外'}单位的{deputy.role.label}。"
        )
    if deputy.disabled:
        return f"{deputy.name}的账号已停用，不能代理。"
    if last_day < first_day:
        return f"截止日期 {last_day} 早于起始日期 {first_day}。"
    if last_day < today:
        return f"截止日期 {last_day} 已经过去；代理只能从今天（{today}）起算，不能补办。"
    return None


def overlap_refusal(first_day: date, last_day: date, others: Iterable[Deputy]) -> str | None:
    """Why these days cannot be added to what is appointed for the same absent person; None when they are free."""
    for other in others:
        if other.ended_at is None and first_day <= other.last_day and other.first_day <= last_day:
            return (
                f"{other.absent} 在 {other.first_day} 至 {other.last_day} 已由 {other.deputy} 代理（编号 {other.id}），"
                "同一天只能有一名代理人；请先结束原来的代理。"
            )
    return None


def ending_refusal(absent: User, by: User) -> str | None:
    """Why this person cannot call a deputy off; None when it is possible."""
    return _not_in_charge_of(absent, by)


def handover_refusal(source: User, target: User, by: User) -> str | None:
    """Why the tasks of `source` cannot all go to `target` at the word of `by`; None when they can.

    Each case decides once more whether it lets itself be reassigned.
    """
    if source.id == target.id:
        return "移交人和接收人是同一个人。"
    if source.role is not Role.OFFICER or target.role is not Role.OFFICER:
        other = source if source.role is not Role.OFFICER else target
        return f"移交只在{Role.OFFICER.label}之间进行，{other.name}是{other.role.label}。"
    if source.unit != target.unit:
        return f"{source.name}和{target.name}不在同一单位；案件要换单位的，应当退单、改派，不能移交。"
    if target.disabled:
        return f"{target.name}的账号已停用，不能接收案件。"
    if by.id != source.id and not _is_head_of(source, by):
        return f"移交由经办人本人或本单位负责人办理，您是{by.role.label}。"
    return None


def registration_refusal(by: User) -> str | None:
    """Why this person cannot register what a citizen reports; None when it is possible.

    Who takes calls and letters, and the 办不成事 window's full-time staff (GH-29), are of the hotline or of the
    supervising office. Whom the report is about does not take it.
    """
    if by.role in _RECEPTION:
        return None
    return f"群众反映由{Role.HOTLINE.label}或{Role.SUPERVISOR.label}登记，您是{by.role.label}。"


def reveal_refusal(by: Actor, rated_units: Collection[str]) -> str | None:
    """Why this person may not see an evaluator's name and number; None when it is possible (EZ-41, EZ-42).

    Asked by pages and commands alike. Never anybody of a unit that was rated, handles the case or helps with it, or had
    it before, whatever the role; where the policy lets that unit call, somebody puts the call through.
    """
    if by.role not in _RECEPTION:
        return (
            f"评价人的姓名和电话只供{Role.HOTLINE.label}和{Role.SUPERVISOR.label}因工作需要查看，您是{by.role.label}。"
        )
    if by.unit in rated_units:
        return "您所在的单位承办或协办这件差评，不能查看评价人的姓名和电话。"
    return None


def who_puts_through(rated_units: Collection[str], users: Iterable[User]) -> list[User]:
    """Whom a caller asks who may not see the number: the hotline's people, or supervisors where none of those may."""
    able = [
        user
        for user in users
        if not user.disabled
        and reveal_refusal(Actor(user=user.id, role=user.role, unit=user.unit), rated_units) is None
    ]
    return [user for user in able if user.role is Role.HOTLINE] or able


def link_refusal(by: Actor, rated_units: Collection[str], source: CaseSource, anonymous: bool) -> str | None:
    """Why this person may not hand the evaluator a link to the case (办件进度链接); None when it is possible.

    The link opens what the evaluator sees and the re-evaluation (再评价), so nobody of the rated units gets one. There
    has to be an evaluator who can be told from anybody else who calls.
    """
    if by.role not in _RECEPTION:
        return f"办件进度链接由{Role.HOTLINE.label}或{Role.SUPERVISOR.label}交给评价人，您是{by.role.label}。"
    if by.unit in rated_units:
        return "您所在的单位承办或协办这件差评，不能经手评价人的办件进度链接。"
    if source is CaseSource.REPEATED:
        return "这是重复差评的根源治理案件，没有评价人，不提供办件进度链接。"
    if anonymous:
        return "这件是匿名的，无法核对对方是不是评价人本人，不提供办件进度链接。"
    return None


def unit_refusal(unit_id: str, units: Iterable[Unit], users: Iterable[User]) -> str | None:
    """Why no case can be dispatched to that unit; None when it can."""
    unit = next((each for each in units if each.id == unit_id), None)
    if unit is None:
        return f"目录中没有单位“{unit_id}”。可用 directory show 查看。"
    if not any(user.unit == unit_id and user.role is Role.OFFICER and not user.disabled for user in users):
        return f"{unit.name}在目录中没有{Role.OFFICER.label}，案件派去无人签收。"
    return None


def named_refusal(message: HumanAction, case_unit: str, units: list[Unit], users: list[User]) -> str | None:
    """Why whom or what an action names cannot be meant; None when all of it is in the directory.

    The case itself knows no directory; whoever passes an action on asks here first.
    """
    match message:
        case Reassign():
            target = next((user for user in users if user.id == message.to), None)
            if target is None:
                return f"目录中没有用户“{message.to}”。可用 directory show 查看。"
            if target.role is not Role.OFFICER or target.unit != case_unit:
                return f"只能转交给承办单位（{case_unit}）的{Role.OFFICER.label}，{target.name}不是。"
            if target.disabled:
                return f"{target.name}的账号已停用，不能接收案件。"
        case Redispatch():
            return unit_refusal(message.to_unit, units, users)
        case AssignCoUnits() | ConveneConference():
            return next((each for unit in message.units if (each := unit_refusal(unit, units, users))), None)
    return None


def _not_in_charge_of(absent: User, by: User) -> str | None:
    if by.id == absent.id or by.role in _OVERSEERS or _is_head_of(absent, by):
        return None
    return (
        f"{absent.name}的代理由本人、本单位负责人、{Role.SUPERVISOR.label}或{Role.ADMIN.label}办理，"
        f"您是{by.role.label}。"
    )


def _is_head_of(user: User, by: User) -> bool:
    return by.role is Role.HEAD and by.unit == user.unit
