"""Composition root of the worker: settings → adapters → activities → workers. Tests build theirs here too.

Run `python worker.py`; it prints a line that begins with `worker ready` when it takes work, and stops on SIGTERM.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.canary import CanaryActivities
from activities.courier import CourierActivities, Sender
from activities.invitations import InvitationActivities
from activities.push import PushActivities, Pusher
from activities.rhythm import Job, RhythmActivities
from activities.steps import StepActivities
from adapters.analyses import PostgresAnalyses
from adapters.archive import ArchiveSender
from adapters.circulars import PostgresCirculars
from adapters.citizen_links import CitizenLinks
from adapters.citizen_reports import CitizenReports
from adapters.codec import load_keyring
from adapters.connection import connect
from adapters.contacts import Contacts
from adapters.courier import OutboxCourier, utc_now
from adapters.database import make_engine
from adapters.digests import Gathering, next_moment_by
from adapters.directory import Directory
from adapters.figures import CountedFigures
from adapters.holiday_notices import NoticeStore
from adapters.invitations import PostgresInvitations
from adapters.ledger import PostgresLedger
from adapters.letters import Letters
from adapters.mail import MailSender
from adapters.outbox import PostgresOutbox
from adapters.periodic_letters import PeriodicLetters
from adapters.personal import PersonalData
from adapters.platform import Platform
from adapters.policies import JURISDICTIONS, Shelf, Versions
from adapters.push_courier import PlatformPusher
from adapters.push_queue import PushQueue
from adapters.push_records import PushRecords
from adapters.reporting import ReportSender
from adapters.rhythm import PlacesWork, RhythmDiary
from adapters.rhythm_notices import (
    BottomProposal,
    CircularNotice,
    OwnPointsNotices,
    PublishReminder,
    Supervisors,
)
from adapters.samples import PostgresSamples, SampleJob
from adapters.scores import PostgresScores
from adapters.settings import Settings
from adapters.signed_http import SignedHttp
from adapters.sms import SmsSender
from adapters.sms_refusals import SmsRefusals
from adapters.watchdog import Progress, ProgressInterceptor, Watchdog, worker_name
from adapters.work_chat import WorkChatSender
from casework.analysis import AnalysisPorts
from casework.circulars import CircularPorts
from casework.score_jobs import AnalysisJob, PointsJob
from models.errors import HaochapingError
from models.notices import Channel, NoticeKind
from models.rhythm import JobKind
from policy.code_systems import codes_of
from workflows.canary import Canary
from workflows.case import BadReviewCase
from workflows.courier import Courier, start_couriers
from workflows.invitation import EvaluationInvitation
from workflows.push import PlatformPush, start_push
from workflows.rhythm import PeriodicWork, keep_schedules

CACHED_CASES = 5000
"""A case in the cache takes its next step without its history being read again."""

STEP_THREADS = 12

INVITATION_THREADS = 2
"""Invitations come in crowds, at midnight and when the morning begins, and nobody waits for one: so few at a time leave
engine and database to the cases.
"""

CACHED_INVITATIONS = 100
"""Between two looks lie days; what is kept ready is only what is being looked at."""

RHYTHM_HANDS = 2
"""Periodic work may take minutes; two at a time, so that one that hangs keeps no other place waiting."""

STICKY = timedelta(seconds=1)
"""A worker that died holds its cached cases back no longer than this."""

PASSED_THROUGH = ("pydantic", "pydantic_core", "annotated_types", "models", "policy", "calendars", "activities")
"""Pure or guarded by tests of their own, so that each case does not import them anew."""


@dataclass(frozen=True)
class Assembly:
    """The workers of one process: the cases', the one that sends messages, those of invitations and periodic work."""

    cases: Worker
    messages: Worker
    invitations: Worker
    rhythm: Worker
    watchdog: Watchdog

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        async with self.messages, self.invitations, self.rhythm, self.cases:
            watching = asyncio.create_task(self.watchdog.run())
            stopping = asyncio.create_task(stop.wait())
            done, _ = await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (watching, stopping):
                task.cancel()
            if watching in done:
                watching.result()


def build_worker(
    client: Client,
    engine: Engine,
    queue: str,
    name: str = "worker",
    interceptors: Sequence[Interceptor] = (),
    cached_cases: int = CACHED_CASES,
) -> Worker:
    """The worker that runs the cases: workflows, and the activity that records their steps."""
    steps = StepActivities(PostgresLedger(engine, Versions(engine), Directory(engine)))
    return Worker(
        client,
        task_queue=queue,
        workflows=[BadReviewCase, Courier, PlatformPush, Canary],
        activities=[steps.record_step, CanaryActivities(name).sing],
        activity_executor=ThreadPoolExecutor(STEP_THREADS, thread_name_prefix="step"),
        max_concurrent_activities=STEP_THREADS,
        max_cached_workflows=cached_cases,
        sticky_queue_schedule_to_start_timeout=STICKY,
        workflow_runner=sandboxed_runner(),
        interceptors=list(interceptors),
        identity=name,
    )


def build_inviter(
    client: Client,
    engine: Engine,
    personal: PersonalData,
    queue: str,
    name: str = "worker",
    interceptors: Sequence[Interceptor] = (),
) -> Worker:
    """The worker that runs the invitations, on a task queue of its own and with few hands."""
    desk = PostgresInvitations(engine, Directory(engine), Shelf().file, NoticeStore(engine).calendar, personal)
    return Worker(
        client,
        task_queue=queue,
        workflows=[EvaluationInvitation],
        activities=[InvitationActivities(desk).look_after_invitation, CanaryActivities(name).sing],
        activity_executor=ThreadPoolExecutor(INVITATION_THREADS, thread_name_prefix="invitation"),
        max_concurrent_activities=INVITATION_THREADS,
        max_concurrent_workflow_tasks=INVITATION_THREADS,
        max_concurrent_workflow_task_polls=INVITATION_THREADS,
        max_concurrent_activity_task_polls=INVITATION_THREADS,
        max_cached_workflows=CACHED_INVITATIONS,
        workflow_runner=sandboxed_runner(),
        interceptors=list(interceptors),
        identity=name,
    )


def sandboxed_runner() -> SandboxedWorkflowRunner:
    """The sandbox of the workflows, in which wall clock and randomness are caught."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def build_courier(
    client: Client,
    engine: Engine,
    senders: dict[Channel, Sender],
    queue: str,
    name: str = "worker",
    interceptors: Sequence[Interceptor] = (),
    to_the_chat: Collection[NoticeKind] = frozenset(),
    pusher: Pusher | None = None,
) -> Worker:
    """The worker that sends messages and pushes to the provincial platform, on a task queue of its own."""
    gathering = Gathering(next_moment_by(NoticeStore(engine).calendar))
    outbox = PostgresOutbox(engine, to_the_chat=to_the_chat, gathering=gathering)
    courier = CourierActivities(OutboxCourier(outbox, senders))
    return Worker(
        client,
        task_queue=queue,
        activities=[courier.deliver, PushActivities(pusher).push, CanaryActivities(name).sing],
        interceptors=list(interceptors),
        identity=name,
    )


def build_rhythm(
    client: Client,
    engine: Engine,
    jobs: Mapping[JobKind, Job],
    queue: str,
    name: str = "worker",
    interceptors: Sequence[Interceptor] = (),
) -> Worker:
    """The worker of the work that comes back with the calendar, on a task queue of its own."""
    places = PlacesWork(Shelf(), NoticeStore(engine).calendar)
    rhythm = RhythmActivities(places, RhythmDiary(engine, utc_now), jobs)
    return Worker(
        client,
        task_queue=queue,
        workflows=[PeriodicWork],
        activities=[rhythm.plan_work, rhythm.do_work, CanaryActivities(name).sing],
        max_concurrent_activities=RHYTHM_HANDS,
        workflow_runner=sandboxed_runner(),
        interceptors=list(interceptors),
        identity=name,
    )


def build_jobs(engine: Engine, personal: PersonalData, push_limit: timedelta | None = None) -> dict[JobKind, Job]:
    """The kinds of periodic work that this installation does; only for these there are schedules.

    `push_limit` is for the push rate; without it there is none.
    """
    shelf, directory, calendar_of = Shelf(), Directory(engine), NoticeStore(engine).calendar
    figures = CountedFigures(engine, calendar_of, push_limit)
    letters = PeriodicLetters(engine, shelf, calendar_of)
    supervisors, owners = Supervisors(directory, letters), OwnPointsNotices(directory, letters)
    analyses, scores = PostgresAnalyses(engine), PostgresScores(engine)
    circulars = CircularPorts(figures, analyses, scores, PostgresCirculars(engine), directory)
    samples = PostgresSamples(engine, personal, CitizenReports(engine, personal), utc_now)
    return {
        JobKind.POINTS: PointsJob(figures, scores, shelf.file, owners),
        JobKind.ANALYSIS: AnalysisJob(AnalysisPorts(figures, analyses, directory), shelf.file),
        JobKind.BOTTOM: BottomProposal(figures, shelf, directory, supervisors),
        JobKind.CIRCULAR: CircularNotice(circulars, shelf, supervisors),
        JobKind.PUBLISH: PublishReminder(figures, shelf, directory, supervisors),
        JobKind.SAMPLE: SampleJob(samples, shelf.file),
    }


async def start_rhythm(client: Client, engine: Engine, jobs: Mapping[JobKind, Job], queue: str) -> None:
    """Make sure that the engine calls for the work that these jobs do, in every place that has it."""
    places = PlacesWork(Shelf(), NoticeStore(engine).calendar)
    work = {
        each: {kind: lengths for kind, lengths in places.work(each).items() if kind in jobs} for each in places.ids()
    }
    await keep_schedules(client, {each: places.name(each) for each in work}, work, queue)


def build_senders(settings: Settings, client: Client, engine: Engine) -> dict[Channel, Sender]:
    """The real ways out: SMS gateway, mail server, 12345 platform, the archive, and the work chat.

    Raises BadInput for a work chat that nobody knows.
    """
    personal = PersonalData(load_keyring(settings.keyring))
    letters, directory = Letters(JURISDICTIONS), Contacts(Directory(engine), engine, personal)
    links = CitizenLinks(engine, personal, settings.current_desk_url)
    wishes = SmsRefusals(engine, personal, utc_now)
    gateway = SignedHttp("短信网关", settings.sms_url, settings.sms_secret.get_secret_value())
    platform = SignedHttp("12345平台", settings.report_url, settings.report_secret.get_secret_value())
    return {
        Channel.SMS: SmsSender(gateway, letters, directory, links, settings.receipts_url, wishes),
        Channel.MAIL: MailSender(settings.smtp_host, settings.smtp_port, settings.mail_from, letters, directory),
        Channel.REPORT: ReportSender(platform),
        Channel.ARCHIVE: ArchiveSender(client, engine),
        Channel.WORK_CHAT: WorkChatSender(settings.chat_url, letters),
    }


def build_pusher(settings: Settings, engine: Engine) -> PlatformPusher | None:
    """What pushes to the provincial platform; None where there is none."""
    if not settings.platform_url:
        return None
    personal, codes = PersonalData(load_keyring(settings.keyring)), codes_of(settings.platform_codes)
    return PlatformPusher(
        PushQueue(engine),
        PushRecords(engine, personal, codes, settings.platform_person),
        Platform(settings.platform_url, settings.platform_secret.get_secret_value()),
        settings.platform_batch,
        timedelta(minutes=settings.platform_every_minutes),
    )


async def assemble(settings: Settings) -> Assembly:
    """Connect and put everything together. Raises HaochapingError when a part does not answer."""
    client = await connect(settings)
    engine = make_engine(settings.database_url)
    name = worker_name()
    cases, messages, invitations, rhythm = Progress(), Progress(), Progress(), Progress()
    senders = build_senders(settings, client, engine)
    to_the_chat = settings.kinds_to_the_chat()
    await start_couriers(client, settings.case_queue, settings.message_queue, has_chat=bool(to_the_chat))
    if settings.platform_url:
        await start_push(client, settings.case_queue, settings.message_queue)
    jobs = build_jobs(engine, PersonalData(load_keyring(settings.keyring)), settings.push_limit())
    await start_rhythm(client, engine, jobs, settings.rhythm_queue)
    return Assembly(
        cases=build_worker(client, engine, settings.case_queue, name, [ProgressInterceptor(cases)]),
        messages=build_courier(
            client,
            engine,
            senders,
            settings.message_queue,
            name,
            [ProgressInterceptor(messages)],
            to_the_chat,
            build_pusher(settings, engine),
        ),
        invitations=build_inviter(
            client,
            engine,
            PersonalData(load_keyring(settings.keyring)),
            settings.invitation_queue,
            name,
            [ProgressInterceptor(invitations)],
        ),
        rhythm=build_rhythm(client, engine, jobs, settings.rhythm_queue, name, [ProgressInterceptor(rhythm)]),
        watchdog=Watchdog(
            client,
            name,
            {
                settings.case_queue: cases,
                settings.message_queue: messages,
                settings.invitation_queue: invitations,
                settings.rhythm_queue: rhythm,
            },
            heartbeat=settings.worker_heartbeat,
        ),
    )


async def main() -> int:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = Settings.discover()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        assembly = await assemble(settings)
    except HaochapingError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"worker ready {assembly.cases.task_queue} {assembly.messages.task_queue}", flush=True)
    await assembly.run(stop)
    return 0


if __name__ == "__main__":
    code = asyncio.run(main())
    sys.stdout.flush()
    sys.stderr.flush()
    # temporalio 1.35.0 sometimes aborts at interpreter exit after a clean shutdown.
    os._exit(code)
