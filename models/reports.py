"""What somebody reports (群众反映) in a place that takes it: by telephone, at a window, in a letter or a message.

Decides what a report has to say. Who may register it, and which sources and classes there are, stands in `policy`;
where it is kept is the adapters' business.
"""

import re

from pydantic import AwareDatetime, Field, model_validator

from models.base import Value
from models.kinds import CaseClass, CaseSource, Priority

_PHONE = re.compile(r"[0-9+()\- ]{5,24}")
_LONGEST_NAME = 200
_LONGEST_MATTER = 2000


class ReportForm(Value):
    """登记表: where it was reported and what the reporter says (GH-29, GH-30). Raises ValueError in Chinese for a gap.

    `reporter_name` and `mobile` are personal and stay in the database. Without a number the report is anonymous.
    """

    jurisdiction: str
    source: CaseSource
    unit: str
    task_name: str
    matter: str
    case_class: CaseClass
    priority: Priority = Priority.NORMAL
    task_code: str = ""
    reporter_name: str = Field(default="", repr=False)
    mobile: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _can_be_taken(self) -> "ReportForm":
        if not self.source.is_reported:
            raise ValueError(f"{self.source.label}不能由人工登记，来源（--source）请选择群众反映的途径。")
        if not self.task_name.strip() or len(self.task_name) > _LONGEST_NAME:
            raise ValueError(f"事项名称（--item）须填写，最多 {_LONGEST_NAME} 个字。")
        if not self.matter.strip() or len(self.matter) > _LONGEST_MATTER:
            raise ValueError(f"反映的问题（--matter）须填写，最多 {_LONGEST_MATTER} 个字。")
        if self.mobile and not _PHONE.fullmatch(self.mobile):
            raise ValueError("联系电话（--mobile）只能含数字、加号、短横和括号，5 至 24 位。")
        if self.reporter_name and not self.mobile:
            raise ValueError(
                "填写了反映人姓名（--name），还须填写联系电话（--mobile），否则无法回访；"
                "反映人不愿留电话的，两项都不填，按匿名办理。"
            )
        return self


class CitizenReport(Value):
    """A registered report. Nothing in it is personal: what was said and by whom stays in the database.

    `report_no` is its number within the jurisdiction, `case_no` the number of the case that it becomes.
    """

    case_no: str
    jurisdiction: str
    source: CaseSource
    report_no: str
    unit: str
    task_code: str
    task_name: str
    case_class: CaseClass
    priority: Priority
    anonymous: bool
    registered_by: str
    registered_at: AwareDatetime
