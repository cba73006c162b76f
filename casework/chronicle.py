"""How a case's head and its record read: what it is about, who did what when, who has to act now.

Decides wording only; what is shown to whom the pages and commands decide.
"""

from casework.names import Names
from casework.ports import Front
from casework.standing import stand_ins_of
from casework.text import instant
from models.actors import Role
from models.kinds import CaseSource
from models.notices import MessageRecord
from models.ratings import Complaint, ReviewChannel, SatisfactionLevel
from models.views import CaseView, EntryView, TaskView
from policy.wording import DETAIL_LABELS

Row = tuple[str, str]


def source_rows(case: CaseView, complaint: Complaint) -> list[Row]:
    """What the case is about: the rating and its comment, what was reported, or the repeated reviews."""
    named = "匿名" if case.anonymous else "实名"
    if case.source is CaseSource.REPEATED:
        return [("来源", f"{case.source.label}，{instant(case.assessed_at)}")]
    if case.source.is_reported:
        return [
            ("来源", f"{case.source.label}，{named}，{instant(case.assessed_at)}"),
            ("反映的问题", complaint.text or "（没有填写）"),
            ("登记编号", case.project_no),
        ]
    return [
        ("评价", f"{level_text(case)}，{ReviewChannel(case.channel).label}，{named}，{instant(case.assessed_at)}"),
        *_objects(complaint),
        ("差评原因", "、".join(complaint.reasons) or "（未选标签）"),
        ("文字评价", complaint.text or "（没有填写）"),
        ("办件编号", f"{case.project_no}，第 {case.assess_number} 次评价"),
        *_covered(complaint),
    ]


def _objects(complaint: Complaint) -> list[Row]:
    """事项、人员分别评星: what each of the two got."""
    if complaint.level is None or complaint.staff_level is None:
        return []
    given = (("事项", complaint.level), ("工作人员", complaint.staff_level))
    return [("分项评价", "；".join(f"{name}{level.label}（{int(level)}星）" for name, level in given))]


def _covered(complaint: Complaint) -> list[Row]:
    """批量、主题式: the other matters that the same rating stands for."""
    rows = [("主题", complaint.theme)] if complaint.theme else []
    if complaint.covered:
        others = "、".join(
            f"{each.project_no}（事项编码 {each.task_code}）" if each.task_code else each.project_no
            for each in complaint.covered
        )
        rows.append(("一并评价的办件", f"连同本办件共 {len(complaint.covered) + 1} 件：{others}"))
    return rows


def level_text(case: CaseView) -> str:
    """How bad the review is: 非常不满意（1星）."""
    level = SatisfactionLevel(case.satisfaction) if case.satisfaction is not None else None
    return f"{level.label}（{int(level)}星）" if level is not None else "（没有等级）"


def finding_text(case: CaseView) -> str:
    """What the verification found, and on what that rests."""
    if case.finding is None:
        return "尚未核实"
    return case.finding.label + (f"（{case.finding_basis.label}）" if case.finding_basis else "")


def holders(context: Front, task: TaskView) -> list[str]:
    """The people whose task it is: name and user id. An officer in charge has it alone, with a deputy today."""
    unit = task.unit or task.case_unit
    everybody = [user for user in context.people.users() if user.role is task.role and not user.disabled]
    people = [user for user in everybody if not task.role.is_of_unit or user.unit == unit]
    if task.role is Role.OFFICER and task.assignee is not None and unit == task.case_unit:
        in_charge = [task.assignee, *stand_ins_of(context, task.assignee)]
        people = [user for user in context.people.users() if user.id in in_charge]
    return [f"{user.name}（{user.id}）" for user in people] or [f"{task.role.label}（目录中没有这样的用户）"]


def who(names: Names, entry: EntryView) -> str:
    """Name, role and unit of whoever acted; the system for what only time has done."""
    if entry.actor_user is None:
        return "系统"
    role = entry.actor_role.label if isinstance(entry.actor_role, Role) else ""
    return f"{entry.actor_name or entry.actor_user}（{role}，{names.unit(entry.actor_unit or '')}）"


def details_of(entry: EntryView, names: Names) -> list[Row]:
    """What was written with an entry, in the order of its labels; the database has an order of its own."""
    return [
        (DETAIL_LABELS.get(key, key), names.of_detail(key, entry.details[key]))
        for key in sorted(entry.details, key=_place)
    ]


def step_of(record: MessageRecord) -> int:
    """Which step decided a message; the key says it (`models.notices.message_key`)."""
    return int(record.message.key.split(":")[1])


def _place(key: str) -> int:
    return list(DETAIL_LABELS).index(key) if key in DETAIL_LABELS else len(DETAIL_LABELS)
