"""A month that is small enough to be worked out by hand: March 2026 in Ezhou, 22 ratings and seven cases.

The cases are dispatched and acted upon by the real rules and written by the real ledger; the ratings are rows as an
import leaves them. There is no holiday in the month; 1 March is a Sunday, 2 March a Monday.

    A  人社局 RS-0217, item T1: everything in time; the clerk appeals and is not upheld
    B  人社局, item T1, anonymous: signed for too late, put right in time
    C  人社局 RS-0217, item T2: mistaken, not adopted on 11 March
    D  人社局, item T1: nobody answers three calls, extended, put right within the extension, not satisfied; the second
       round runs out on 26 March 24:00 and is put right on 1 April
    E  市场监管局 SC-0305, item T3: refuses the call, signed for, never put right
    F  人社局 RS-0217, item T1: everything in time; an appeal is upheld on 2 April
    G  市场监管局, item T3: dispatched on 30 March, nobody does anything
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from adapters.tables.columns import table_of
from adapters.tables.matters import MATTERS
from adapters.tables.ratings import ImportRow, RatingRow
from models.actions import Action
from models.ids import case_number
from tests.support.engine import at
from tests.web.pages import Pages
from tests.web.paper import PaperActs

RATINGS, IMPORTS = table_of(RatingRow), table_of(ImportRow)

_MIDDLE = at("2026-03-12 10:00")
AT_THE_END = at("2026-04-01 00:00")
LATER = at("2026-04-05 00:00")

_UNITS = {"R": "ez-renshe", "S": "ez-shichang"}
_WINDOWS: dict[str | None, str] = {"RS-0217": "03"}
"""At which window a clerk sits; the others' ratings name none."""

_GOOD = (
    # unit, level, clerk, channel
    ("R", 5, "RS-0217", "qr_code"), ("R", 5, "RS-0217", "qr_code"), ("R", 5, "RS-0217", "qr_code"),
    ("R", 5, "RS-0217", "qr_code"), ("R", 5, None, "phone"), ("R", 5, None, "phone"), ("R", 4, None, "qr_code"),
    ("R", 4, None, "qr_code"), ("R", 4, None, "system_default"), ("R", 3, None, "qr_code"),
    ("S", 5, "SC-0305", "qr_code"), ("S", 5, None, "qr_code"), ("S", 5, None, "qr_code"),
)  # fmt: skip


class Month:
    """Makes the month in the database of a desk."""

    def __init__(self, pages: Pages) -> None:
        self.pages, self.acts = pages, PaperActs(pages)
        self.cases: dict[str, str] = {}

    def make(self) -> None:
        """Everything that happens until 4 April; afterwards the desk's clock stands at `LATER`."""
        with self.pages.installation.engine.begin() as connection:
            self._import(connection, 1, "2026-03-31 23:00")
            self._import(connection, 2, "2026-04-03 10:00")
            self._import(connection, 3, None)
            for number, (unit, level, clerk, channel) in enumerate(_GOOD, start=1):
                self._rate(connection, f"good-{number}", level, unit, clerk, channel=channel)
            self._rate(connection, "late", 5, "R", None, assessed_at=at("2026-03-31 20:00"), import_id=2)
            self._rate(connection, "broken-off-1", 5, "R", None, import_id=3)
            self._rate(connection, "broken-off-2", 5, "R", None, import_id=3)
            self._rate(connection, "february", 1, "R", None, assessed_at=at("2026-02-28 10:00"), task_code="T1")
            self._rate(connection, "april", 5, "R", None, assessed_at=at("2026-04-01 00:00"))
            # Two were rated, one of them by default only; nobody rated the third, and nobody could rate the fourth.
            for matter in ("good-1", "good-9", "unrated", "unrateable"):
                self._matter(connection, matter, rateable=matter != "unrateable")
            self._matter(connection, "late", received_at=at("2026-04-02 10:00"))  # and was rated
            self._matter(connection, "april", closed_at=at("2026-04-01 00:00"))
        for happens in (self._a, self._b, self._c, self._d, self._e, self._f, self._g):
            happens()
        self.pages.installation.moment = LATER

    def _a(self) -> None:
        self._case("A", "2026-03-02 09:00", "R", "T1", "RS-0217")  # to be signed for by 3 March 24:00
        self._act("A", "2026-03-02 15:00", Action.SIGN_OFF, "officer-renshe")  # five working days: 9 March 24:00
        self._call("A", "2026-03-03 10:00", result="reached", finding="founded")
        self._act("A", "2026-03-05 16:00", Action.SUBMIT_REMEDIATION, "officer-renshe", measures="已改正")
        self._act("A", "2026-03-05 17:00", Action.FILE_APPEAL, "clerk-renshe", reason="不是我办的")
        self._call("A", "2026-03-06 10:00", result="reached", satisfied=True)
        self._act("A", "2026-03-06 15:00", Action.DECIDE_APPEAL, "reviewer-01", upheld=False, reason="核实属实")

    def _b(self) -> None:
        self._case("B", "2026-03-04 10:00", "R", "T1", "", anonymous=True)  # to be signed for by 5 March 24:00
        self._act("B", "2026-03-06 09:00", Action.SIGN_OFF, "officer-renshe")  # late; until 12 March 24:00
        self._act("B", "2026-03-12 17:00", Action.SUBMIT_REMEDIATION, "officer-renshe", measures="已改正")

    def _c(self) -> None:
        self._case("C", "2026-03-09 09:00", "R", "T2", "RS-0217")
        self._act("C", "2026-03-09 10:00", Action.SIGN_OFF, "officer-renshe")
        self._call("C", "2026-03-10 09:00", result="reached", finding="mistaken", evidence=["录音 1"])
        self._act(
            "C", "2026-03-11 09:00", Action.CONFIRM_FINDING, "supervisor-01", reason="点错了", evidence=["录音 1"]
        )

    def _d(self) -> None:
        self._case("D", "2026-03-10 09:00", "R", "T1", "")  # to be signed for by 11 March 24:00
        for moment in ("2026-03-10 10:00", "2026-03-10 15:00"):
            self._call("D", moment, result="no_answer")
        self._act("D", "2026-03-11 09:00", Action.SIGN_OFF, "officer-renshe")  # until 18 March 24:00
        self._call("D", "2026-03-11 10:00", result="no_answer")  # the third: counts as founded
        asked = {"until": "2026-03-20", "reason": "等待盖章"}
        self._act("D", "2026-03-17 09:00", Action.REQUEST_EXTENSION, "officer-renshe", **asked)
        self._act("D", "2026-03-18 10:00", Action.DECIDE_EXTENSION, "supervisor-01", granted=True, reason="同意")
        self._act("D", "2026-03-20 16:00", Action.SUBMIT_REMEDIATION, "officer-renshe", measures="已改正")
        self._call("D", "2026-03-23 10:00", result="reached", satisfied=False)  # three working days: 26 March 24:00
        self._act("D", "2026-04-01 10:00", Action.SUBMIT_REMEDIATION, "officer-renshe", measures="再次改正")

    def _e(self) -> None:
        self._case("E", "2026-03-16 09:00", "S", "T3", "SC-0305")  # to be signed for by 17 March 24:00
        self._call("E", "2026-03-16 15:00", result="refused")
        self._act("E", "2026-03-17 09:00", Action.SIGN_OFF, "officer-shichang")  # until 24 March 24:00

    def _f(self) -> None:
        self._case("F", "2026-03-23 09:00", "R", "T1", "RS-0217")
        self._act("F", "2026-03-23 10:00", Action.SIGN_OFF, "officer-renshe")  # until 30 March 24:00
        self._call("F", "2026-03-24 09:00", result="reached", finding="founded")
        self._act("F", "2026-03-25 15:00", Action.SUBMIT_REMEDIATION, "officer-renshe", measures="已改正")
        self._call("F", "2026-03-26 09:00", result="reached", satisfied=True)
        self._act("F", "2026-03-26 10:00", Action.FILE_APPEAL, "clerk-renshe", reason="系统故障所致")
        upheld = {"upheld": True, "finding": "mistaken", "reason": "系统故障", "evidence": ["日志 1"]}
        self._act("F", "2026-04-02 10:00", Action.DECIDE_APPEAL, "reviewer-01", **upheld)

    def _g(self) -> None:
        self._case("G", "2026-03-30 09:00", "S", "T3", "")  # to be signed for by 31 March 24:00

    def _case(self, name: str, moment: str, unit: str, item: str, clerk: str, **changes: Any) -> None:
        """A bad rating, made an hour before its dispatch, and its case."""
        now = self.pages.installation.moment = at(moment)
        self.cases[name] = case_number("ezhou", f"M-{name}", 1)
        usual = {"unit": _UNITS[unit], "task_code": item, "staff_no": clerk, "channel": "qr_code"}
        usual["window"] = _WINDOWS.get(clerk, "")
        assert self.acts.dispatch(f"M-{name}", **(usual | changes)) == self.cases[name]
        with self.pages.installation.engine.begin() as connection:
            opened = {"case_no": self.cases[name], "case_state": "opened", "task_code": item}
            made = now - timedelta(hours=1)
            self._rate(connection, f"M-{name}", 1, unit, clerk or None, assessed_at=made, **opened)

    def _act(self, name: str, moment: str, action: Action, user: str, **details: Any) -> None:
        self.pages.installation.moment = at(moment)
        self.acts.act_now(self.cases[name], action, user, **details)

    def _call(self, name: str, moment: str, **details: Any) -> None:
        self._act(name, moment, Action.RECORD_CALLBACK, "hotline-01", **details)

    def _import(self, connection: Connection, number: int, complete: str | None) -> None:
        row = {
            "id": number,
            "jurisdiction": "ezhou",
            "code_system": "national",
            "sha256": str(number),
            "file_name": f"{number}.csv",
            "finished_at": None if complete is None else at(complete),
        }
        overriding = text(
            "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
            " overriding system value"
            " values (:id, :jurisdiction, :code_system, :sha256, :file_name, :finished_at)"
        )
        connection.execute(overriding, row)

    def _matter(self, connection: Connection, matter: str, **changes: Any) -> None:
        row = {
            "jurisdiction": "ezhou",
            "project_no": matter,
            "unit": "ez-renshe",
            "dept_code": "",
            "task_code": "T9",
            "task_name": "社会保障卡补换",
            "staff_no": "",
            "closed_at": _MIDDLE,
            "rateable": True,
            "mobile": "",
            "received_at": _MIDDLE,
            "invitation": "none",
        }
        connection.execute(insert(MATTERS).values(row | changes))

    def _rate(
        self,
        connection: Connection,
        matter: str,
        level: int,
        unit: str,
        clerk: str | None,
        assessed_at: datetime = _MIDDLE,
        **changes: Any,
    ) -> None:
        connection.execute(
            insert(RATINGS).values(
                rating_row(matter, level, _UNITS[unit], clerk, assessed_at)
                | {"window_no": _WINDOWS.get(clerk)}
                | changes
            )
        )


def rating_row(matter: str, level: int, unit: str | None, clerk: str | None, assessed_at: datetime) -> dict[str, Any]:
    """A rating as the first import leaves it."""
    return {
        "jurisdiction": "ezhou",
        "project_no": matter,
        "assess_number": 1,
        "content_digest": b"",
        "import_id": 1,
        "row_no": 1,
        "code_system": "national",
        "level": level,
        "satisfaction_code": str(level),
        "channel": "qr_code",
        "channel_code": "3",
        "assessed_at": assessed_at,
        "unit": unit,
        "dept_code": "",
        "task_code": "T9",
        "task_name": "社会保障卡补换",
        "handler_no": clerk,
    }
