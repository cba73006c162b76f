"""What each parameter of a policy file is called in Chinese, in which group it is shown, and how its value reads.

Decides wording only. The groups follow the procedure from the rating to the statistics.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from models.actors import Role
from models.due import DayEnd, DayHours, HoursMode, Limit
from models.kinds import CaseClass, Finding, MeasureKind, Priority
from models.policy import (
    AnonymousCase,
    Appellant,
    CalendarScope,
    CallbackPlan,
    ClockOrigin,
    Coordination,
    ExtensionRule,
    FeedbackWay,
    InterviewTrigger,
    LadderRung,
    LookbackRule,
    NoticeChannel,
    PauseRule,
    RemediationStart,
    RepeatBy,
    RepeatRule,
    ReturnRule,
    SecondConfirm,
)
from models.surroundings import (
    BottomRule,
    DispatchLimit,
    IntakeSource,
    Kpi,
    LevelThree,
    Period,
    PublishField,
    RatedObject,
    Reminder,
    ReminderOrigin,
    SamplePlan,
)
from policy.parsing import Basis, PolicyFile


class Group(NamedTuple):
    """Parameters that are read together, in their order."""

    title: str
    labels: Mapping[str, str]


GROUPS = (
    Group(
        "一、什么是差评",
        {
            "code_system": "评价数据的编码体系",
            "level_label_sets": "五个等级的名称（由好到差）",
            "bad_levels": "差评等级（5 为最好）",
            "level3_counts_as": "第 3 级计作",
            "rated_objects": "评价对象",
            "case_sources": "案件来源",
            "batch_min": "批量业务起算件数",
            "once_per_visit": "线下一次一评",
            "evaluation_window": "评价期",
            "evaluation_reminder": "未评价提醒",
            "default_rating": "逾期未评价的默认等级",
            "default_is_active_evaluation": "默认评价计入主动评价",
        },
    ),
    Group(
        "二、日历与期限的计算",
        {
            "calendar": "适用的放假安排",
            "day_end": "期限最后一日的截止时刻",
            "office_hours": "办公时间",
        },
    ),
    Group(
        "三、转办与签收",
        {
            "dispatch_limit": "转办",
            "signoff_limit": "签收时限",
            "signoff_clock_start": "签收时限起算",
            "returns": "退单",
            "dispatcher": "由谁改派",
            "redispatch_limit": "改派时限",
        },
    ),
    Group(
        "四、回访核实与认定",
        {
            "verify_callback_limit": "回访核实时限",
            "verify_callback_clock_start": "回访核实时限起算",
            "verify_callback_mode": "以小时计的时限怎样计算",
            "verify_callback_actor": "由谁回访核实",
            "anonymous_case": "匿名差评",
            "callback_plan": "联系不上的认定",
            "void_outcomes": "不予采纳的情形",
            "confirm_limit": "不予采纳的确认时限",
        },
    ),
    Group(
        "五、分类与整改",
        {
            "class_limits": "各类别整改时限",
            "class_tags": "按差评标签初分类别",
            "classified_by": "由谁定类别",
            "priorities": "优先级",
            "remediation_clock_start": "整改时限起算",
            "advisory_cap": "核实后的提示期",
            "extension": "延期",
            "extension_decided_by": "由谁审批延期",
            "pause": "暂停计时",
            "coordination": "协同办理方式",
            "conference_limit": "联席会议时限",
            "written_feedback": "整改结果书面反馈",
            "feedback_to_evaluator": "向评价人反馈的方式",
        },
    ),
    Group(
        "六、申诉",
        {
            "appeal_enabled": "允许申诉",
            "appeal_by": "由谁提出",
            "appeal_window": "申诉期",
            "appeal_review_limit": "复核时限",
            "appeal_reviewer": "复核单位",
            "appeal_second_confirm": "第二次确认",
            "appeal_confirm_limit": "第二次确认的时限",
            "appeal_pauses_remediation": "申诉期间整改时限暂停",
        },
    ),
    Group(
        "七、整改后回访与办结之后",
        {
            "post_callback_required": "整改后必须回访",
            "post_callback_limit": "整改后回访时限",
            "post_callback_actor": "由谁整改后回访",
            "rework_rounds": "仍不满意的再整改次数",
            "supervision_limit": "监督处理时限",
            "re_evaluation": "邀请再评价",
            "lookback": "回头看",
            "repeats": "重复差评的认定",
            "report_office": "办结报告报送",
        },
    ),
    Group(
        "八、预警与升级",
        {
            "warn_at": "预警节点",
            "warn_last_day": "最后一个工作日再预警",
            "escalation_ladder": "到期后的升级阶梯",
            "measure_limits": "督查措施的落实时限",
            "interview_trigger": "约谈的触发条件",
            "notice_hours": "时限通知可发出的时段",
            "notice_channels": "各类人员的通知方式",
        },
    ),
    Group(
        "九、统计、公开与考核",
        {
            "credit_export": "向信用档案推送恶意评价",
            "ranking_period": "排名周期",
            "bottom_n": "末位名单",
            "sample_plan": "抽查回访",
            "report_periods": "报告周期",
            "publish_fields": "公开内容",
            "kpi_targets": "考核目标",
        },
    ),
)

LABELS: Mapping[str, str] = {key: label for group in GROUPS for key, label in group.labels.items()}
"""Every parameter's name in Chinese."""

BASIS_LABELS: Mapping[Basis, str] = {Basis.STATED: "文件规定", Basis.DERIVED: "参照", Basis.ASSUMPTION: "暂定"}

MUST_BE_REPLACED = "启用前必须替换"
"""What a note says of a placeholder that nobody may work with."""


def value_of(file: PolicyFile, key: str) -> object:
    """The value of a parameter, as the software reads it. Raises AttributeError for an unknown key."""
    return getattr(file.surroundings if key in type(file.surroundings).model_fields else file.policy, key)


def said(file: PolicyFile, key: str) -> str:
    """The value of a parameter in Chinese. Raises AttributeError for an unknown key."""
    value = value_of(file, key)
    match key, value:
        case "warn_at", tuple():
            return "、".join(f"用去 {share}%" for share in value) or "无"
        case "kpi_targets", dict():
            return "；".join(f"{_word(kpi)} {percent}%" for kpi, percent in value.items()) or "无"
        case "rework_rounds", int():
            return f"{value} 次" if value else "不再整改，直接交监督处理"
        case "batch_min", int():
            return f"{value} 件"
        case "default_rating", int():
            return f"{value} 级"
        case "level_label_sets", tuple():
            return "；".join("／".join(labels) for labels in value)
        case "evaluation_window", None:
            return "不限期，以后任何时候都可以评价"
        case "class_tags", dict():
            return "；".join(f"{_word(each)}：{'、'.join(tags)}" for each, tags in value.items()) or "无，一律为一般"
        case _:
            return _in_words(value)


def _in_words(value: object) -> str:
    """Any value of a parameter in Chinese."""
    match value:
        case None:
            return "无"
        case bool():
            return "是" if value else "否"
        case StrEnum():
            return _word(value)
        case Limit() | DayHours() | int() | str():
            return str(value)
        case dict():
            return "；".join(f"{_in_words(each)}：{_in_words(of)}" for each, of in value.items()) or "无"
        case tuple():
            joint = "；" if value and isinstance(value[0], LadderRung) else "、"
            return joint.join(_in_words(each) for each in value) or "无"
        case _:
            return _rule(value)


def _rule(value: object) -> str:
    """A rule that has several parts, as a sentence."""
    match value:
        case CallbackPlan(attempts=attempts, half_days=half_days, final_results=final):
            ends = f"；{_in_words(final)}的不再拨打" if final else ""
            return f"至少 {attempts} 次、分在 {half_days} 个以上不同的半天{ends}"
        case ExtensionRule(times=0) | ReturnRule(times=0) | PauseRule(times=0):
            return "不允许"
        case ExtensionRule(times=times, classes=classes, longest=longest):
            most = f"最长 {longest}" if longest else "最长不超过原类别时限"
            return f"最多 {times} 次，限{_in_words(classes)}类，{most}"
        case ReturnRule(times=times, reasons=reasons):
            return f"签收时限内可退 {times} 次，此后由监督人员指定；理由：{'、'.join(reasons.values())}"
        case PauseRule(times=times, ceiling=ceiling, reasons=reasons):
            return f"最多 {times} 次，不超过 {ceiling}；理由：{'、'.join(reasons.values())}"
        case LookbackRule(percent=percent, within=within):
            return f"办结后 {within}内抽查 {percent}%" if percent else "不抽查"
        case RepeatRule(count=count, within=within, by=by):
            return f"同一{_in_words(by).replace('、', '或')}在 {within}内差评满 {count} 件" if count else "不认定"
        case LadderRung(after=after, measure=measure, tell=tell):
            when = f"逾期第 {after} 个工作日" if after else "到期"
            return f"{when}{measure.label}（告知{_in_words(tell)}）"
        case Reminder(after=after, since=since):
            return f"{_word(since)} {after}发短信"
        case BottomRule(last=last, in_a_row=in_a_row):
            repeated = f"，连续 {in_a_row} 次" if in_a_row > 1 else ""
            return f"末 {last} 名{repeated}" if last else "不设"
        case SamplePlan(period=period, people=people, windows=windows, centres=centres):
            sizes = (("人（企业、群众）", people), ("个窗口", windows), ("个便民服务中心", centres))
            counted = "、".join(f"{size} {unit}" for unit, size in sizes if size)
            return f"{_word(period)}，{counted or '数量文件未定'}"
        case _:
            raise TypeError(f"no words for {type(value).__name__}")


def _word(value: object) -> str:
    """A choice in Chinese: its own label where it has one."""
    match value:
        case Role() | CaseClass() | Finding() | Priority() | MeasureKind():
            return value.label
        case StrEnum() if (label := getattr(value, "label", None)) is not None:
            return str(label)
        case StrEnum() if (type(value), value) in _WORDS:
            return _WORDS[type(value), value]
        case _:
            return str(value)


_WORDS: Mapping[tuple[type, object], str] = {
    (type(value), value): word
    for value, word in (
        (NoticeChannel.SMS, "短信"),
        (NoticeChannel.MAIL, "邮件"),
        (ClockOrigin.DISPATCHED, "自转办时起"),
        (ClockOrigin.EVALUATED, "自评价时起"),
        (ClockOrigin.SIGNED, "自签收时起"),
        (RemediationStart.SIGNED, "自签收时起，迟签的自签收时限届满时起，未签收的不开始"),
        (RemediationStart.SIGNED_OR_DUE, "自签收时起；逾期未签收的，自签收时限届满时起"),
        (RemediationStart.DISPATCHED, "自转办时起"),
        (AnonymousCase.NO_CALLBACK, "照常整改，免予回访"),
        (AnonymousCase.AS_NAMED, "照常整改，有号码的照常回访"),
        (FeedbackWay.PHONE, "回访时电话反馈"),
        (FeedbackWay.SMS, "提交整改时发短信，回访时再电话反馈"),
        (Appellant.STAFF, "被评价的工作人员"),
        (Appellant.UNIT, "承办单位"),
        (SecondConfirm.NONE, "无"),
        (SecondConfirm.MANAGING_UNIT, "申诉成立须经所在管理单位另一人确认"),
        (CalendarScope.NATIONAL, "全国放假安排"),
        (CalendarScope.LOCAL, "全国放假安排和本地放假安排"),
        (Coordination.CO_UNITS, "牵头、协办单位"),
        (Coordination.CONFERENCE, "联席会议"),
        (Coordination.TAKEOVER, "主要领导领办"),
        (Coordination.SPECIAL_LEDGER, "专门台账"),
        (InterviewTrigger.POOR_REMEDIATION, "整改不到位（再整改后仍不满意）"),
        (InterviewTrigger.OVERDUE, "逾期未整改"),
        (InterviewTrigger.TAKEOVER, "主要领导领办"),
        (RepeatBy.ITEM, "事项"),
        (RepeatBy.WINDOW, "窗口"),
        (RepeatBy.STAFF, "工作人员"),
        (HoursMode.ELAPSED, "连续计算，不分昼夜和休息日"),
        (HoursMode.ROLL, "连续计算，届满在休息日的顺延到次一工作日同一时刻"),
        (HoursMode.OFFICE, "只计工作日的办公时间"),
        (DayEnd.MIDNIGHT, "二十四时"),
        (DayEnd.OFFICE_CLOSE, "停止办公时"),
        (LevelThree.GOOD, "好评"),
        (LevelThree.NEUTRAL, "中性评价，不计好评也不计差评"),
        (RatedObject.ITEM, "事项"),
        (RatedObject.AGENCY, "机构"),
        (RatedObject.PLATFORM, "平台"),
        (RatedObject.WINDOW, "窗口"),
        (RatedObject.STAFF, "工作人员"),
        (IntakeSource.CHANNELS, "各评价渠道"),
        (IntakeSource.HOTLINE, "12345 热线"),
        (IntakeSource.UNRESOLVED_WINDOW, "“办不成事”反映窗口"),
        (IntakeSource.PETITION, "信访"),
        (IntakeSource.MAILBOX, "领导信箱"),
        (IntakeSource.SAMPLE_CALLBACK, "抽查回访"),
        (IntakeSource.QUESTIONNAIRE, "问卷"),
        (IntakeSource.SATISFACTION_SURVEY, "满意度调查"),
        (IntakeSource.PUBLIC_APPRAISAL, "当地评议"),
        (IntakeSource.SHORT_VIDEO, "短视频平台"),
        (IntakeSource.MESSAGE_BOARD, "微信留言板"),
        (ReminderOrigin.CLOSED, "办结后"),
        (ReminderOrigin.LEFT, "离开大厅后"),
        (DispatchLimit.AT_ONCE, "即时"),
        (Period.REAL_TIME, "实时"),
        (Period.PERIODIC, "定期"),
        (Period.MONTHLY, "每月"),
        (Period.QUARTERLY, "每季度"),
        (Period.ANNUAL, "每年"),
        (PublishField.RESULTS, "评价结果"),
        (PublishField.REMEDIATION, "整改情况"),
        (PublishField.DEPARTMENTS, "分部门情况"),
        (PublishField.TOTAL_COUNT, "评价总数"),
        (PublishField.GOOD_COUNT, "好评数"),
        (PublishField.BAD_COUNT, "差评数"),
        (PublishField.GOOD_RATE, "好评率"),
        (PublishField.BAD_RATE, "差评率"),
        (PublishField.HOT_TAGS, "热门标签"),
        (PublishField.CHANNELS, "分渠道数据"),
        (Kpi.REAL_NAME_CLOSED_LOOP_RATE, "实名差评回访整改率"),
        (Kpi.VERIFIED_RATE, "差评核实率"),
        (Kpi.REMEDIATION_RATE, "差评整改率"),
        (Kpi.ON_TIME_RATE, "按期整改率"),
        (Kpi.CALLBACK_RATE, "差评回访率"),
    )
}
