"""变更类别: another limit from the same start, so that the time already used is kept, whatever else moves the date."""

from models.actions import Action
from models.case import CaseClass
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import date_changes, deadline, in_remediation, letters, of_one_mind, refused, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import OFFICER, SUPERVISOR, Office

PAUSED = {"reason_code": "third_party", "note": "等系统厂商答复"}


async def reclass(office: Office, case_no: str, wanted: str, granted: bool = True) -> None:
    """The officer asks, a supervisor decides."""
    await office.act(case_no, Action.REQUEST_CLASS_CHANGE, OFFICER, case_class=wanted, reason="涉及多个部门")
    await office.act(case_no, Action.DECIDE_CLASS_CHANGE, SUPERVISOR, granted=granted, reason="已核")


async def test_from_general_to_difficult_the_days_used_count(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-12 10:00")
    await reclass(office, case_no, "difficult")
    # Fifteen working days after Mon 03-09, not after Thursday.
    assert deadline(office, case_no) == "2026-03-31 00:00"
    assert date_changes(office, case_no) == ["变更类别 03-17 → 03-31"]
    assert office.reader.case(case_no).case_class is CaseClass.DIFFICULT
    told = letters(office, case_no, NoticeKind.CLASS_CHANGED)
    assert {(each.recipient, each.context["case_class"]) for each in told} >= {(OFFICER, "疑难")}
    await of_one_mind(office, case_no)
    await office.wait_until("2026-03-20 12:00")
    # Half of the five days was used on Thursday 08:45 and warned of; it is not warned of again.
    assert rungs(office, case_no) == ["03-12 08:45 已用50%预警"]


async def test_from_difficult_to_general_a_limit_that_is_over_passes_at_once(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office, case_class=CaseClass.DIFFICULT)
    await office.wait_until("2026-03-18 10:00")
    assert office.missed(case_no) == set()
    await reclass(office, case_no, "general")
    await office.wait_until("2026-03-18 10:05")
    assert deadline(office, case_no) == "2026-03-17 00:00"
    # The first step of the ladder would have been due at 08:30 already; it comes now, since the office is open.
    came = [f"{rung[:8]} {rung[12:]}" for rung in rungs(office, case_no)]
    assert came == ["03-18 10 到期", "03-18 10 逾期第1个工作日"]
    assert office.missed(case_no) == {ClockKind.REMEDIATION}
    await of_one_mind(office, case_no)


async def test_from_difficult_to_general_in_time_keeps_the_start(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office, case_class=CaseClass.DIFFICULT)
    await office.wait_until("2026-03-11 10:00")
    await reclass(office, case_no, "general")
    assert deadline(office, case_no) == "2026-03-17 00:00"
    await of_one_mind(office, case_no)


async def test_paused_and_then_given_another_class_the_date_is_the_same_in_either_order(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-03-09 09:00")
    within, before, after = [await in_remediation(office) for _ in range(3)]
    await office.wait_until("2026-03-10 10:00")
    await reclass(office, before, "difficult")
    await office.wait_until("2026-03-11 10:00")
    for case_no in (within, before, after):
        await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    await office.wait_until("2026-03-12 10:00")
    await reclass(office, within, "difficult")
    await of_one_mind(office, within)
    assert office.reader.case(within).paused  # another class does not wind the limit up again
    await office.wait_until("2026-03-13 09:00")
    for case_no in (within, before, after):
        await office.act(case_no, Action.RESUME, SUPERVISOR, reason="已答复")
    await office.wait_until("2026-03-16 10:00")
    await reclass(office, after, "difficult")
    # Tue 03-10 was used; fourteen of fifteen are left after Fri 03-13.
    assert {deadline(office, each) for each in (within, before, after)} == {"2026-04-03 00:00"}
    for case_no in (within, before, after):
        await of_one_mind(office, case_no)


async def test_a_missed_limit_that_is_open_again_may_pass_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-18 10:00")
    assert [rung[12:] for rung in rungs(office, case_no)[-2:]] == ["到期", "逾期第1个工作日"]
    await reclass(office, case_no, "difficult")
    assert not office.reader.case(case_no).overdue
    assert TaskKind.OVERSEE not in office.task_kinds(SUPERVISOR)
    await of_one_mind(office, case_no)
    await office.wait_until("2026-04-02 10:00")
    # What comes from the limit on comes once for each deadline, a warning once for ever.
    assert [rung[12:] for rung in rungs(office, case_no)[:3]] == ["已用50%预警", "已用80%预警", "最后一个工作日预警"]
    assert rungs(office, case_no)[3:] == [
        "03-17 00:00 到期",
        "03-18 08:30 逾期第1个工作日",
        "03-31 00:00 到期",
        "04-01 08:30 逾期第1个工作日",
    ]
    assert office.task_kinds(SUPERVISOR).count(TaskKind.ISSUE_SUPERVISE) == 1


async def test_an_extension_is_kept_under_the_new_class(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-19", reason="需协调系统厂商")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    await reclass(office, case_no, "difficult")
    assert deadline(office, case_no) == "2026-04-03 00:00"  # fifteen and three
    await of_one_mind(office, case_no)


async def test_before_the_sign_off_the_new_class_sets_the_limit_that_begins(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    await reclass(office, case_no, "difficult")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert deadline(office, case_no) == "2026-03-31 00:00"


async def test_a_change_that_is_refused_changes_nothing(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    ask = Action.REQUEST_CLASS_CHANGE
    await refused(office, case_no, ask, OFFICER, "案件已经是一般类", case_class="general", reason="x")
    sentence = "本地区没有“复杂”这一类别，可选：general（一般）、difficult（疑难）"
    await refused(office, case_no, ask, OFFICER, sentence, case_class="complex", reason="x")
    await reclass(office, case_no, "difficult", granted=False)
    assert deadline(office, case_no) == "2026-03-17 00:00"
    assert office.reader.case(case_no).case_class is CaseClass.GENERAL
    assert (await office.desk.state(case_no)).class_request is None
