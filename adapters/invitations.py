"""What an invitation does when its workflow wakes: one transaction that looks, and does what is due.

It decides nothing: what is due says `policy.invitations`, by today's rules of the place and the calendar that is in
force at that moment. So a holiday notice that came meanwhile moves what is still to come; a moment that moved later is
waited for once more, one that moved earlier is met when the workflow wakes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select, update

from adapters.default_ratings import give_default_rating, rated_matters
from adapters.directory import Directory
from adapters.matters import matter_of
from adapters.outbox import insert_messages
from adapters.personal import PersonalData, matter_place
from adapters.tables.matters import MATTERS
from calendars import WorkingCalendar
from models.due import in_shanghai
from models.ids import invitation_id
from models.matters import InvitationLook, InvitationStanding, InvitationState, Matter, MatterRef
from models.notices import Channel, Fact, Message, NoticeKind, message_key
from models.ratings import SatisfactionLevel
from policy.invitations import Begun, InvitationRules, NextStep, default_due, next_step, rules_for
from policy.parsing import PolicyFile

_RECIPIENT = "matter:"
_ENDS = (InvitationState.RATED, InvitationState.DEFAULTED, InvitationState.NONE)
_c = MATTERS.c


@dataclass(frozen=True)
class PostgresInvitations:
    """The matters in the database (`activities.invitations.InvitationDesk`)."""

    engine: Engine
    directory: Directory
    file_of: Callable[[str], PolicyFile]
    calendar_of: Callable[[str], WorkingCalendar]
    personal: PersonalData

    def look(self, look: InvitationLook) -> InvitationStanding:
        """Do what is due about a matter at that moment. Raises LookupError for one that was never delivered."""
        ref = look.matter
        file, calendar = self.file_of(ref.jurisdiction), self.calendar_of(ref.jurisdiction)
        rules = rules_for(file.policy, file.surroundings)
        with self.engine.begin() as connection:
            row = _locked(connection, ref)
            state = InvitationState(row["invitation"])
            if state in _ENDS:
                return InvitationStanding(state=state)
            matter = matter_of(row, self._mobile(ref, row["mobile"]))
            rated = bool(rated_matters(connection, ref.jurisdiction, [ref.project_no]))
            step = next_step(matter, Begun(rated, row["reminded_at"]), look.at, rules, calendar)
            if step.told_at is not None and matter.mobile:
                until = _default_text(matter, rules, calendar, step)
                insert_messages(connection, [self._invitation(ref, matter, look.at, step.told_at, until)])
            if step.state is InvitationState.DEFAULTED:
                assert rules.default_level is not None
                give_default_rating(connection, self.personal, ref.jurisdiction, matter, rules.default_level, look.at)
            _write(connection, ref, step)
        return InvitationStanding(state=step.state, next_at=step.next_at)

    def _mobile(self, ref: MatterRef, stored: str) -> str:
        return self.personal.open(stored, matter_place(ref.jurisdiction, ref.project_no, "mobile")) if stored else ""

    def _invitation(
        self, ref: MatterRef, matter: Matter, at: datetime, told_at: datetime, until: dict[Fact, str]
    ) -> Message:
        recipient = matter_recipient(ref)
        number = invitation_id(ref.jurisdiction, ref.project_no)
        facts = {
            Fact.PROJECT_NO: matter.project_no,
            Fact.ITEM_NAME: matter.task_name,
            Fact.UNIT_NAME: self.directory.unit(matter.unit).name,
        }
        return Message(
            key=message_key(number, 1, NoticeKind.INVITATION, recipient, Channel.SMS),
            case_no="",
            jurisdiction=ref.jurisdiction,
            kind=NoticeKind.INVITATION,
            channel=Channel.SMS,
            recipient=recipient,
            context={fact.value: text for fact, text in (facts | until).items()},
            not_before=told_at,
            created_at=at,
        )


def matter_recipient(ref: MatterRef) -> str:
    """The recipient of a message about a matter; the number behind it is looked up when the message leaves."""
    return f"{_RECIPIENT}{ref.jurisdiction}/{ref.project_no}"


def matter_behind(recipient: str) -> MatterRef | None:
    """The matter that a recipient stands for; None for anybody else."""
    jurisdiction, _, project_no = recipient.removeprefix(_RECIPIENT).partition("/")
    if not recipient.startswith(_RECIPIENT):
        return None
    return MatterRef(jurisdiction=jurisdiction, project_no=project_no)


def _locked(connection: Connection, ref: MatterRef) -> RowMapping:
    """The matter's row; nobody else looks at it until this look is over."""
    query = select(MATTERS).where(_c.jurisdiction == ref.jurisdiction, _c.project_no == ref.project_no)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        raise LookupError(f"matter {ref.jurisdiction}/{ref.project_no} was never delivered")
    return row


def _default_text(matter: Matter, rules: InvitationRules, calendar: WorkingCalendar, step: NextStep) -> dict[Fact, str]:
    """What a letter says about the default; nothing where the place has none."""
    if rules.default_level is None:
        return {}
    due = default_due(matter, rules, calendar, step.told_at)
    return {
        Fact.DUE: f"{due.label}前",
        Fact.RESULT: f"“{SatisfactionLevel(rules.default_level).label}”",
    }


def _write(connection: Connection, ref: MatterRef, step: NextStep) -> None:
    changes: dict[str, object] = {"invitation": step.state}
    if step.told_at is not None:
        changes["reminded_at"] = in_shanghai(step.told_at)
    row = update(MATTERS).where(_c.jurisdiction == ref.jurisdiction, _c.project_no == ref.project_no)
    connection.execute(row.values(changes))
