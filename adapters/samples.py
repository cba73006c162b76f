"""Samples (抽查回访): drawn once for a place and a period, called through; what dissatisfied people say opens a case.

Decides that a period has one sample, that nobody is in it twice, and that a result and the report it leads to are
written down together. How is drawn and how answers are judged stands in `policy.samples`, the frame in
`adapters.sample_frame`; whom to call leaves through `shown` only, against a look that was written down first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.citizen_reports import CitizenReports, report_of_request
from adapters.personal import PersonalData, matter_place, rating_place
from adapters.policy_files import sample_script
from adapters.rating_store import without_long_numbers
from adapters.sample_frame import OF_A_MATTER, Candidate, StoredFrame, frame_of
from adapters.sms_refusals import canonical, may_message
from adapters.tables.samples import SAMPLE_CALLS, SAMPLE_PEOPLE, SAMPLES
from models.errors import ActionRefused, BadInput
from models.figures import FigurePeriod
from models.policy import CallbackPlan
from models.ratings import EvaluatorContact
from models.reports import CitizenReport, ReportForm
from models.reveals import Reveal, RevealPlace
from models.rhythm import JobOutcome, JobPeriod
from models.samples import (
    DrawPlan,
    NobodyToCall,
    Sample,
    SampleAnswer,
    SampleCall,
    SampledPerson,
    SampleState,
    sample_number,
)
from policy.parsing import PolicyFile
from policy.samples import draw, plan_of, seed_of, state_after

_OF_RATING = text(
    "select user_name, mobile from ratings where jurisdiction = :jurisdiction and project_no = :project_no"
    " and assess_number = :assess_number and anonymous is not true"
)
_OF_MATTER = text(
    "select null as user_name, mobile from matters where jurisdiction = :jurisdiction and project_no = :project_no"
)


@dataclass(frozen=True)
class PostgresSamples:
    """The samples of all places."""

    engine: Engine
    personal: PersonalData
    reports: CitizenReports
    now: Callable[[], datetime]

    def all(self) -> list[Sample]:
        """Every sample, the latest period first."""
        query = select(SAMPLES).order_by(SAMPLES.c.last_day.desc(), SAMPLES.c.number)
        with self.engine.connect() as connection:
            return [_sample(row) for row in connection.execute(query).mappings()]

    def sample(self, number: str) -> Sample:
        """One sample. Raises BadInput."""
        with self.engine.connect() as connection:
            row = connection.execute(select(SAMPLES).where(SAMPLES.c.number == number)).mappings().one_or_none()
        if row is None:
            raise BadInput(f"没有编号为“{number}”的抽查回访，请从抽查回访的页面重新打开。")
        return _sample(row)

    def draw(
        self, jurisdiction: str, period: FigurePeriod, plan: DrawPlan, by: str, at: datetime
    ) -> tuple[Sample, bool]:
        """The sample of a place and a period, and whether it was drawn now; one that is there stays as it is.

        Raises NobodyToCall; nothing is kept then, so that it can be drawn when ratings have come in.
        """
        number = sample_number(jurisdiction, period)
        if (known := self._known(number)) is not None:
            return known, False
        with self._frame(jurisdiction, period, plan) as frame:
            population = frame.population()
            drawn, people = draw(frame, plan, frame.seed, self._once(frame))
        if not people:
            raise NobodyToCall("这个期间没有可以回访的评价，没有抽取名单。请在评价入库以后再抽取。")
        head = {
            "number": number,
            "jurisdiction": jurisdiction,
            "first_day": period.first,
            "last_day": period.last,
            "seed": frame.seed,
            "plan": plan.model_dump(),
            "population": population.model_dump(),
            "people": len(people),
            "windows": len(drawn.windows),
            "centres": len(drawn.centres),
            "drawn_at": at,
            "drawn_by": by,
        }
        with self.engine.begin() as connection:
            statement = insert(SAMPLES).values(head).on_conflict_do_nothing().returning(SAMPLES.c.number)
            is_first = connection.execute(statement).first() is not None
            if is_first:
                rows = [_person_row(number, place, each) for place, each in enumerate(people, start=1)]
                connection.execute(SAMPLE_PEOPLE.insert(), rows)
        return self.sample(number), is_first

    def drawn_again(self, sample: Sample) -> list[tuple[str, int]]:
        """The matters that the same draw gives from what is stored now, in its order; nothing is changed."""
        with self._frame(sample.jurisdiction, sample.period, sample.plan) as frame:
            _, people = draw(frame, sample.plan, frame.seed, self._once(frame))
        return [(each.project_no, each.assess_number) for each in people]

    def people(self, number: str) -> list[SampledPerson]:
        """Everybody in a sample, in the order of the draw."""
        query = select(SAMPLE_PEOPLE).where(SAMPLE_PEOPLE.c.sample == number).order_by(SAMPLE_PEOPLE.c.number)
        with self.engine.connect() as connection:
            return [_person(row) for row in connection.execute(query).mappings()]

    def person(self, number: str, place: int) -> SampledPerson:
        """One of them. Raises BadInput."""
        with self.engine.connect() as connection:
            return _person(_person_of(connection, number, place))

    def calls(self, person: SampledPerson) -> list[SampleCall]:
        """The calls to somebody, the oldest first."""
        with self.engine.connect() as connection:
            return _calls(connection, person.sample, person.number)

    def record(
        self,
        person: SampledPerson,
        answer: SampleAnswer,
        report: ReportForm | None,
        by: str,
        plan: CallbackPlan,
        key: str,
    ) -> CitizenReport | None:
        """Write a call down, and with it the report that it leads to; the same `key` again is the same call.

        Name and number are put into the report here. Raises ActionRefused when nobody is to be called any more.
        """
        at, place, request_key = self.now(), self.sample(person.sample).jurisdiction, f"{person.reference}/{key}"
        with self.engine.begin() as connection:
            row = _person_of(connection, person.sample, person.number, lock=True)
            if _was_sent(connection, request_key):
                return report_of_request(connection, place, person.reference) if row["case_no"] else None
            if SampleState(row["state"]) is not SampleState.TO_CALL:
                raise ActionRefused("这一位的回访结果已经登记过，不能再登记。请回到抽查名单查看。")
            made = self._reported(connection, person, report, by, at) if report is not None else None
            case_no = made.case_no if made is not None else ""
            said = answer.model_dump() | {"case_no": case_no}
            call = said | {
                "sample": person.sample,
                "number": person.number,
                "user_id": by,
                "at": at,
                "request_key": request_key,
            }
            connection.execute(SAMPLE_CALLS.insert().values(call))
            calls = _calls(connection, person.sample, person.number)
            after = {"level": answer.level, "said": answer.said, "case_no": case_no, "called_at": at, "called_by": by}
            after |= {"state": state_after(calls, plan), "attempts": len(calls)}
            connection.execute(update(SAMPLE_PEOPLE).where(_is(person.sample, person.number)).values(after))
        return made

    def shown(self, reveal: Reveal) -> EvaluatorContact | None:
        """Whom to call, to who has said why and as long as the look runs; nothing for a look at something else."""
        if reveal.place is not RevealPlace.SAMPLE or reveal.until <= self.now():
            return None
        number, _, place = reveal.case_no.rpartition("/")
        with self.engine.connect() as connection:
            return self._contact(connection, _person(_person_of(connection, number, int(place))))

    def script(self, jurisdiction: str) -> str:
        """What is asked; `$item` and `$unit` stay."""
        return sample_script(jurisdiction)

    def _known(self, number: str) -> Sample | None:
        with self.engine.connect() as connection:
            row = connection.execute(select(SAMPLES).where(SAMPLES.c.number == number)).mappings().one_or_none()
        return _sample(row) if row is not None else None

    @contextmanager
    def _frame(self, jurisdiction: str, period: FigurePeriod, plan: DrawPlan) -> Iterator[StoredFrame]:
        """The ratings as they stand at one moment."""
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield frame_of(connection, jurisdiction, period, seed_of(jurisdiction, period, plan))

    def _once(self, frame: StoredFrame) -> Callable[[Candidate], bool]:
        """Whether somebody has a number under which nobody was asked before, and has not asked to be left in peace."""
        seen: set[str] = set()

        def is_new(each: Candidate) -> bool:
            place = _place(frame.jurisdiction, each, "mobile")
            number = canonical(self.personal.open(each.mobile, place))
            if number in seen:
                return False
            seen.add(number)
            return may_message(frame.connection, self.personal, number)

        return is_new

    def _reported(
        self, connection: Connection, person: SampledPerson, form: ReportForm, by: str, at: datetime
    ) -> CitizenReport:
        """The one report of a sampled person; the person is its key."""
        contact = self._contact(connection, person)
        whom = {"reporter_name": contact.name, "mobile": contact.mobile} if contact is not None else {}
        return self.reports.register_within(connection, form.model_copy(update=whom), by, at, person.reference)

    def _contact(self, connection: Connection, person: SampledPerson) -> EvaluatorContact | None:
        """Whom to call, from the rating, or from the matter that nobody has rated."""
        jurisdiction = self.sample(person.sample).jurisdiction
        of_whom = _OF_MATTER if person.assess_number == OF_A_MATTER else _OF_RATING
        given = {"jurisdiction": jurisdiction, **person.model_dump(include={"project_no", "assess_number"})}
        row = connection.execute(of_whom, given).one_or_none()
        if row is None:
            return None

        def opened(column: str, stored: str | None) -> str:
            return self.personal.open(stored, _place(jurisdiction, person, column)) if stored else ""

        return EvaluatorContact(name=opened("user_name", row.user_name), mobile=opened("mobile", row.mobile))


@dataclass(frozen=True)
class SampleJob:
    """The draw of a period as work that comes back with the calendar (`activities.rhythm.Job`)."""

    samples: PostgresSamples
    file_of: Callable[[str], PolicyFile]

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Draw the sample of a period; once more gives the one that is there.

        Where the documents leave open how many, or nobody can be called, nothing is drawn and the sentence says so.
        """
        rule = self.file_of(jurisdiction).surroundings.sample_plan
        if rule is not None and rule.people is None:
            said = f"文件没有规定{period.label}抽查回访的人数，请监督人员在抽查回访的页面写明人数后抽取。"
            return JobOutcome(summary=said, count=0, link="/samples")
        whole = FigurePeriod(first=period.first, last=period.last)
        try:
            sample, _ = self.samples.draw(jurisdiction, whole, plan_of(rule), "", at)
        except NobodyToCall:
            said = f"{period.label}没有可以回访的评价，没有抽取。评价入库以后，请监督人员在抽查回访的页面抽取。"
            return JobOutcome(summary=said, count=0, link="/samples")
        said = f"{period.label}的抽查名单有 {sample.people} 人，请话务员逐一回访。"
        return JobOutcome(summary=said, count=sample.people, link=f"/samples/{sample.number}")


def _place(jurisdiction: str, of: Candidate | SampledPerson, column: str) -> str:
    """Where a personal value of somebody drawn stands."""
    if of.assess_number == OF_A_MATTER:
        return matter_place(jurisdiction, of.project_no, column)
    return rating_place(jurisdiction, of.project_no, of.assess_number, column)


def _person_of(connection: Connection, number: str, place: int, lock: bool = False) -> RowMapping:
    query = select(SAMPLE_PEOPLE).where(_is(number, place))
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise BadInput("抽查名单中没有这一位，请从抽查回访的页面重新打开。")
    return row


def _is(number: str, place: int) -> Any:
    return (SAMPLE_PEOPLE.c.sample == number) & (SAMPLE_PEOPLE.c.number == place)


def _calls(connection: Connection, number: str, place: int) -> list[SampleCall]:
    query = (
        select(SAMPLE_CALLS)
        .where(SAMPLE_CALLS.c.sample == number, SAMPLE_CALLS.c.number == place)
        .order_by(SAMPLE_CALLS.c.id)
    )
    return [
        SampleCall(
            result=row["result"],
            level=row["level"],
            said=without_long_numbers(row["said"]),
            at=row["at"],
            by=row["user_id"],
            case_no=row["case_no"],
        )
        for row in connection.execute(query).mappings()
    ]


def _was_sent(connection: Connection, key: str) -> bool:
    return connection.execute(select(SAMPLE_CALLS.c.id).where(SAMPLE_CALLS.c.request_key == key)).first() is not None


def _person_row(number: str, place: int, drawn: Candidate) -> dict[str, Any]:
    values = {name: value for name, value in drawn._asdict().items() if name != "mobile"}
    unsaid = {"attempts": 0, "said": "", "case_no": "", "called_by": ""}
    return values | unsaid | {"sample": number, "number": place, "state": SampleState.TO_CALL}


def _sample(row: RowMapping) -> Sample:
    period = FigurePeriod(first=row["first_day"], last=row["last_day"])
    return Sample.model_validate(
        {name: row[name] for name in Sample.model_fields if name != "period"} | {"period": period}
    )


def _person(row: RowMapping) -> SampledPerson:
    values: dict[str, Any] = {"window" if name == "window_no" else name: value for name, value in row.items()}
    return SampledPerson.model_validate(values | {"said": without_long_numbers(row["said"])})
