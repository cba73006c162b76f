"""What a citizen's link shows and takes: the case behind it, and its one re-evaluation (再评价).

Decides that a re-evaluation is a rating like any other: a later one of the same matter, by the evaluator of the first,
linked to the first one's case (XT-23, C-21 of the policy comparison), and bad again a case of its own. It bears the
next number of the matter's evaluations, so a source that later delivers another one under that number is told so.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.citizen_links import case_of_link
from adapters.links import link
from adapters.personal import PERSONAL_COLUMNS, PersonalData, rating_place
from adapters.push_queue import order_rating
from adapters.reading import CaseReader
from adapters.tables.columns import table_of
from adapters.tables.doors import CITIZEN_RATINGS
from adapters.tables.ratings import RatingRow
from models.case import Stage
from models.errors import ActionRefused
from models.ids import case_number
from models.links import LinkKind
from models.outside import LinkedCase, ReEvaluation
from models.policy import Policy
from models.ratings import ReviewChannel
from policy.code_systems import ACTIVE_TAG_VERSION, CodeSystem

RATINGS = table_of(RatingRow)
_SOURCE = "再评价链接"
_IMPORT = text(
    "insert into imports (jurisdiction, code_system, sha256, file_name, rows_done, finished_at)"
    " values (:jurisdiction, :system, 'citizen links', :name, 1, now())"
    " on conflict (jurisdiction, code_system, sha256) do update set rows_done = imports.rows_done + 1"
    " returning id, rows_done"
)
_OF_THE_FIRST = (
    "unit", "dept_code", "dept_name", "accepting_code", "area_code", "area_name", "task_code", "task_handle_item",
    "task_name", "sub_matter", "handler_name", "handler_no", "accepted_at", "matter_kind", "matter_status",
    "evaluator_kind", "anonymous", "cert_type", "agent_cert_type", "window_no",
)  # fmt: skip
"""What the later rating has in common with the first one; the personal values are opened and closed again."""


@dataclass(frozen=True)
class PostgresCitizens:
    """The cases behind the links."""

    engine: Engine
    reader: CaseReader
    personal: PersonalData
    policy_of: Callable[[str], Policy]
    now: Callable[[], datetime]

    def behind(self, token: str) -> LinkedCase | None:
        """The case that a link leads to; None when it never was a link or has expired."""
        case_no = case_of_link(self.engine, token, self.now())
        if case_no is None:
            return None
        with self.engine.connect() as connection:
            rated = connection.execute(select(CITIZEN_RATINGS).where(CITIZEN_RATINGS.c.case_no == case_no)).first()
            first = connection.execute(select(RATINGS.c.case_no).where(RATINGS.c.case_no == case_no)).first()
        return LinkedCase(case_no=case_no, has_rating=first is not None, rated=rated is not None)

    def rate(self, token: str, said: ReEvaluation) -> str | None:
        """Store the re-evaluation; the jurisdiction in which a case may have to be opened. None as in `behind`.

        Raises ActionRefused when the case has not ended, or when it was given before.
        """
        case_no = case_of_link(self.engine, token, self.now())
        if case_no is None:
            return None
        if self.reader.case(case_no).stage is not Stage.CLOSED:
            raise ActionRefused("这件评价还在办理，办结以后可以再次评价。")
        with self.engine.begin() as connection:
            query = select(RATINGS).where(RATINGS.c.case_no == case_no).with_for_update()
            first = connection.execute(query).mappings().one_or_none()
            if first is None:
                raise ActionRefused("这件不是由评价产生的，不需要再次评价。")
            later = self._later(connection, dict(first), said)
            linked_no = case_number(later["jurisdiction"], later["project_no"], later["assess_number"])
            row = {"case_no": case_no, "linked_no": linked_no, "at": later["assessed_at"]}
            given = insert(CITIZEN_RATINGS).values(row).on_conflict_do_nothing().returning(CITIZEN_RATINGS.c.case_no)
            if connection.execute(given).first() is None:
                raise ActionRefused("您已经再次评价过，每件只能再评价一次。谢谢！")
            connection.execute(RATINGS.insert().values(later))
            order_rating(
                connection, later["jurisdiction"], later["project_no"], later["assess_number"], later["assessed_at"]
            )
            link(connection, case_no, [linked_no], LinkKind.RE_EVALUATION, later["assessed_at"])
        return str(later["jurisdiction"])

    def _later(self, connection: Connection, first: Mapping[str, Any], said: ReEvaluation) -> dict[str, Any]:
        jurisdiction, project_no = first["jurisdiction"], first["project_no"]
        number = connection.execute(
            text("select max(assess_number) + 1 from ratings where jurisdiction = :place and project_no = :matter"),
            {"place": jurisdiction, "matter": project_no},
        ).scalar_one()
        source = {"jurisdiction": jurisdiction, "system": CodeSystem.NATIONAL, "name": _SOURCE}
        import_id, row_no = connection.execute(_IMPORT, source).one()
        now = self.now()
        is_bad = said.level in self.policy_of(jurisdiction).bad_levels
        later = {
            **{name: first[name] for name in _OF_THE_FIRST},
            **{name: self._moved(first, name, number) for name in PERSONAL_COLUMNS},
            "jurisdiction": jurisdiction,
            "project_no": project_no,
            "assess_number": number,
            "import_id": import_id,
            "row_no": row_no,
            "code_system": CodeSystem.NATIONAL,
            "level": int(said.level),
            "satisfaction_code": str(int(said.level)),
            "tags": ",".join(said.tags) or None,
            "tag_version": ACTIVE_TAG_VERSION if said.tags else None,
            "channel": ReviewChannel.SMS,
            "channel_code": "7",
            "assessed_at": now,
            "comment": said.comment or None,
            "case_no": case_number(jurisdiction, project_no, number) if is_bad else None,
            "case_state": "pending" if is_bad else None,
        }
        return later | {"content_digest": self.personal.digest(content_digest_over_link(later))}

    def _moved(self, first: Mapping[str, Any], column: str, number: int) -> str | None:
        """A personal value of the first rating, closed for its place in the later one."""
        if first[column] is None:
            return None
        at = (first["jurisdiction"], first["project_no"])
        value = self.personal.open(first[column], rating_place(*at, first["assess_number"], column))
        return self.personal.close(value, rating_place(*at, number, column))


def content_digest_over_link(rating: Mapping[Any, Any]) -> bytes:
    """What a rating that was given over a link is recognised by; stored under a key only (`PersonalData.digest`)."""
    names = ("jurisdiction", "project_no", "assess_number", "level")
    at = rating["assessed_at"].astimezone(UTC).isoformat()
    said = (*(str(rating[name]) for name in names), rating["comment"] or "", at)
    return hashlib.blake2b("\t".join(said).encode(), digest_size=16).digest()
