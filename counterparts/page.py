"""The page on which a person reads every message that arrived: plain HTML, nothing fetched from elsewhere."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from counterparts.store import Kept

PAGE_SIZE = 50

SERVICE_NAMES = {"sms": "短信", "mail": "邮件", "report": "上报12345平台", "chat": "工作群"}
KIND_NAMES = {
    "task_assigned": "任务通知",
    "urged": "监督催办",
    "clock_warning": "时限预警",
    "clock_missed": "到期未办提醒",
    "clock_still_missed": "逾期催办",
    "not_adopted": "不予采纳通知",
    "case_closed": "办结通知",
    "appeal_rights": "差评告知（可申诉）",
    "extension_decided": "延期审批结果",
    "class_changed": "类别变更通知",
    "appeal_decided": "申诉结果通知",
    "date_moved": "期限变动通知",
    "measure_issued": "督查措施文书",
    "reassigned": "经办人变更通知",
    "escalated": "升级处理通知",
    "conference": "联席会议通知",
    "result_feedback": "整改结果告知",
    "re_evaluation": "再评价邀请",
    "invitation": "评价邀请",
    "not_adopted_told": "不予采纳告知",
    "written_feedback": "书面反馈",
    "closing_report": "办结报告",
}
REPORT_FIELD_NAMES = {
    "reportNo": "报告编号",
    "reportType": "报告类型",
    "caseNo": "件号",
    "projectNo": "办件编号",
    "assessNumber": "评价次数",
    "areaCode": "行政区划",
    "taskCode": "事项编码",
    "taskName": "事项名称",
    "deptCode": "部门代码",
    "deptName": "责任单位",
    "verification": "核实结论",
    "verificationBasis": "结论依据",
    "dispatchTime": "转办时间",
    "signTime": "签收时间",
    "rectification": "整改措施",
    "answer": "处理结果",
    "feedbackTime": "书面反馈时间",
    "callbackResult": "整改后回访",
    "ending": "结束方式",
    "endingReason": "说明",
    "closeTime": "结束时间",
    "rounds": "整改轮次",
    "missedLimits": "逾期时限",
}

SAID = {
    "recorded": "回复已送到，对方已登记。",
    "known": "回复已送到，与先前登记的相同。",
    "no-wish": "回复已送到，对方没有要登记的内容。可以试试回复“T”（退订）或“恢复”。",
    "nowhere": "还不知道把回复送到哪里：先有一条新短信发来，才能回复。",
    "unreachable": "回复没有送到：对方没有应答。",
}
"""What is shown of an answer that somebody played; whatever else the sender said is shown as it is."""

_BEIJING = timezone(timedelta(hours=8))
_environment = Environment(
    loader=PackageLoader("counterparts"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def render(
    kept: Sequence[Kept], total: int, page: int, service: str, kind: str, text: str, kinds: Sequence[str], said: str
) -> str:
    """One page of messages, newest first, with the filters that led to it."""

    def address_of(number: int) -> str:
        return "?" + urlencode({"service": service, "kind": kind, "text": text, "page": number})

    return _environment.get_template("messages.html").render(
        kept=kept,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        service=service,
        kind=kind,
        text=text,
        service_names=SERVICE_NAMES,
        kind_names=KIND_NAMES | {name: name for name in kinds if name and name not in KIND_NAMES},
        address_of=address_of,
        beijing=_beijing,
        report_lines=_report_lines,
        said=SAID.get(said, said and f"回复没有被接受：{said}"),
    )


def _beijing(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _report_lines(body: str) -> list[tuple[str, str]]:
    fields: dict[str, str | None] = json.loads(body)
    return [
        (REPORT_FIELD_NAMES.get(name, name), "（无）" if value is None else KIND_NAMES.get(value, value))
        for name, value in fields.items()
    ]
