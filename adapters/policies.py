"""Policies and calendars by name of version: read from the jurisdictions' folders, kept in the database for ever."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from adapters.calendar_files import load_calendar
from adapters.policy_files import JURISDICTIONS, Shelf, load_policy
from adapters.tables.cases import CALENDARS, POLICIES
from calendars import WorkingCalendar, calendar_from_json, to_json
from models.policy import Policy
from policy.parsing import Basis, PolicyFile

UNDECIDED = "暂定，文件没有规定"
"""What a letter cites for a parameter that no document sets."""


def keep(connection: Connection, file: PolicyFile, calendar: WorkingCalendar) -> None:
    """Keep a policy and a calendar under their versions, before a case is dispatched with them."""
    sources = {
        key: UNDECIDED if each.basis is Basis.ASSUMPTION else each.source for key, each in file.parameters.items()
    }
    policy = {
        "digest": file.policy.digest(),
        "jurisdiction": file.policy.jurisdiction,
        "body": file.policy.model_dump(mode="json"),
        "sources": sources,
    }
    connection.execute(insert(POLICIES).values(policy).on_conflict_do_nothing())
    dated = {"version": calendar.version, "body": to_json(calendar)}
    connection.execute(insert(CALENDARS).values(dated).on_conflict_do_nothing())


@dataclass(frozen=True)
class Rules:
    """A policy with the sources of its parameters, and the calendar that a case is counted with."""

    policy: Policy
    sources: dict[str, str]
    calendar: WorkingCalendar


@dataclass(frozen=True)
class Versions:
    """Policies and calendars by version, each read once; they never change."""

    engine: Engine
    _policies: dict[str, tuple[Policy, dict[str, str]]] = field(default_factory=dict)
    _calendars: dict[str, WorkingCalendar] = field(default_factory=dict)

    def rules(self, policy_digest: str, calendar_version: str) -> Rules:
        """Those versions. Raises LookupError for one that was never kept."""
        policy, sources = self._policies.get(policy_digest) or self._read_policy(policy_digest)
        calendar = self._calendars.get(calendar_version) or self._read_calendar(calendar_version)
        return Rules(policy, sources, calendar)

    def _read_policy(self, digest: str) -> tuple[Policy, dict[str, str]]:
        with self.engine.connect() as connection:
            row = connection.execute(
                select(POLICIES.c.body, POLICIES.c.sources).where(POLICIES.c.digest == digest)
            ).one_or_none()
        if row is None:
            raise LookupError(f"policy {digest} was never kept")
        self._policies[digest] = Policy.model_validate(row.body), row.sources
        return self._policies[digest]

    def _read_calendar(self, version: str) -> WorkingCalendar:
        with self.engine.connect() as connection:
            body = connection.execute(select(CALENDARS.c.body).where(CALENDARS.c.version == version)).scalar()
        if body is None:
            raise LookupError(f"calendar {version} was never kept")
        self._calendars[version] = calendar_from_json(body)
        return self._calendars[version]


__all__ = ["JURISDICTIONS", "Rules", "Shelf", "Versions", "keep", "load_calendar", "load_policy"]
