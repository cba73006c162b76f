"""Composition root of the worker: settings → adapters → activities → workers. Tests build theirs here too.

Run `python worker.py`; it prints a line that begins with `worker ready` when it takes work, and stops on SIGTERM.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.canary import CanaryActivities
from activities.courier import CourierActivities, Sender
from activities.steps import StepActivities
from adapters.archive import ArchiveSender
from adapters.citizen_links import CitizenLinks
from adapters.codec import load_keyring
from adapters.connection import connect
from adapters.contacts import Contacts
from adapters.courier import OutboxCourier
from adapters.database import make_engine
from adapters.directory import Directory
from adapters.ledger import PostgresLedger
from adapters.letters import Letters
from adapters.mail import MailSender
from adapters.outbox import PostgresOutbox
from adapters.personal import PersonalData
from adapters.policies import JURISDICTIONS, Versions
from adapters.reporting import ReportSender
from adapters.settings import Settings
from adapters.signed_http import SignedHttp
from adapters.sms import SmsSender
from adapters.watchdog import Progress, ProgressInterceptor, Watchdog, worker_name
from adapters.work_chat import WorkChatSender
from models.errors import HaochapingError
from models.notices import Channel, NoticeKind
from workflows.canary import Canary
from workflows.case import BadReviewCase
from workflows.courier import Courier, start_couriers

CACHED_CASES = 5000
"""A case in the cache takes its next step without its history being read again."""

STEP_THREADS = 12
STICKY = timedelta(seconds=1)
"""A worker that died holds its cached cases back no longer than this."""

PASSED_THROUGH = ("pydantic", "pydantic_core", "annotated_types", "models", "policy", "calendars", "activities")
"""Pure or guarded by tests of their own, so that each case does not import them anew."""


@dataclass(frozen=True)
class Assembly:
    """The workers of one process: the cases', and the one that sends messages."""

    cases: Worker
    messages: Worker
    watchdog: Watchdog

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        async with self.messages, self.cases:
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
        workflows=[BadReviewCase, Courier, Canary],
        activities=[steps.record_step, CanaryActivities(name).sing],
        activity_executor=ThreadPoolExecutor(STEP_THREADS, thread_name_prefix="step"),
        max_concurrent_activities=STEP_THREADS,
        max_cached_workflows=cached_cases,
        sticky_queue_schedule_to_start_timeout=STICKY,
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
) -> Worker:
    """The worker that sends messages, on a task queue of its own."""
    courier = CourierActivities(OutboxCourier(PostgresOutbox(engine, to_the_chat=to_the_chat), senders))
    return Worker(
        client,
        task_queue=queue,
        activities=[courier.deliver, CanaryActivities(name).sing],
        interceptors=list(interceptors),
        identity=name,
    )


def build_senders(settings: Settings, client: Client, engine: Engine) -> dict[Channel, Sender]:
    """The real ways out: SMS gateway, mail server, 12345 platform, the archive, and the work chat.

    Raises BadInput for a work chat that nobody knows.
    """
    personal = PersonalData(load_keyring(settings.keyring))
    letters, directory = Letters(JURISDICTIONS), Contacts(Directory(engine), engine, personal)
    links = CitizenLinks(engine, personal, settings.current_desk_url)
    gateway = SignedHttp("短信网关", settings.sms_url, settings.sms_secret.get_secret_value())
    platform = SignedHttp("12345平台", settings.report_url, settings.report_secret.get_secret_value())
    return {
        Channel.SMS: SmsSender(gateway, letters, directory, links, settings.receipts_url),
        Channel.MAIL: MailSender(settings.smtp_host, settings.smtp_port, settings.mail_from, letters, directory),
        Channel.REPORT: ReportSender(platform),
        Channel.ARCHIVE: ArchiveSender(client, engine),
        Channel.WORK_CHAT: WorkChatSender(settings.chat_url, letters),
    }


async def assemble(settings: Settings) -> Assembly:
    """Connect and put everything together. Raises HaochapingError when a part does not answer."""
    client = await connect(settings)
    engine = make_engine(settings.database_url)
    name = worker_name()
    cases, messages = Progress(), Progress()
    senders = build_senders(settings, client, engine)
    to_the_chat = settings.kinds_to_the_chat()
    await start_couriers(client, settings.case_queue, settings.message_queue, has_chat=bool(to_the_chat))
    return Assembly(
        cases=build_worker(client, engine, settings.case_queue, name, [ProgressInterceptor(cases)]),
        messages=build_courier(
            client, engine, senders, settings.message_queue, name, [ProgressInterceptor(messages)], to_the_chat
        ),
        watchdog=Watchdog(
            client,
            name,
            {settings.case_queue: cases, settings.message_queue: messages},
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
