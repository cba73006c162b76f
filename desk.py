"""Composition root of the desk in the browser: settings → adapters → pages → HTTP server. Tests build theirs here too.

Run `python desk.py`; it prints a line that begins with `desk ready` when it answers, and stops on SIGTERM.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn
from temporalio.client import Client

from adapters.access_log import AccessLog
from adapters.administration import Administration
from adapters.analyses import PostgresAnalyses
from adapters.case_records import CaseRecords
from adapters.circulars import PostgresCirculars
from adapters.citizen_links import CitizenLinks
from adapters.citizens import PostgresCitizens
from adapters.connection import connect
from adapters.deliveries import DeliveryReceipts
from adapters.deputies import Deputies
from adapters.digests import DigestChoices
from adapters.figures import CountedFigures
from adapters.handed_links import HandedLinks
from adapters.inbox import PostgresInbox
from adapters.invitation_door import InvitationDoor
from adapters.letters import Letters
from adapters.lists import CaseLists
from adapters.message_board import MessageBoard
from adapters.notice_jobs import NoticeJobs
from adapters.oidc import OidcProvider
from adapters.overview import OverviewNumbers
from adapters.policies import JURISDICTIONS
from adapters.public_figures import PublicFigures
from adapters.rating_door import RatingDoor
from adapters.saved_filters import SavedFilters
from adapters.scores import PostgresScores
from adapters.settings import Settings
from adapters.sms_refusals import SmsRefusals
from adapters.work_in_hand import PostgresAttachments, PostgresDrafts
from installation import Installation
from models.actions import Action, HumanAction, Receipt
from models.errors import ActionRefused, HaochapingError
from policy.people import named_refusal
from policy.rating_rules import rules_of
from web.app import create_app
from web.door_ports import Door
from web.message_ports import Messages
from web.outside_ports import Outside
from web.ports import Desk
from workflows.client import CaseDesk

_CONNECTIONS = 10
"""To the database. Pages are short; a waiting page waits for one of these."""


class Acts:
    """Passes human actions on, after the units and users that they name were looked up in the directory."""

    def __init__(self, here: Installation, client: Client, queue: str) -> None:
        self._here = here
        self._desk = CaseDesk(client, queue)

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Take a human action. Raises ActionRefused, UnknownCase or EngineUnavailable."""
        await asyncio.to_thread(self._need_known_names, case_no, message)
        return await self._desk.act(case_no, action, message, key)

    def _need_known_names(self, case_no: str, message: HumanAction) -> None:
        people = self._here.people
        case = self._here.reader.case(case_no)
        if reason := named_refusal(message, case.unit, people.units(), people.users()):
            raise ActionRefused(reason)


def build_desk(here: Installation, client: Client, settings: Settings) -> Desk:
    """What the pages ask, from this machine's database and engine."""
    return Desk(
        front=here,
        acts=Acts(here, client, settings.case_queue),
        sessions=here.sessions,
        door=Door(here.accounts, settings.local_login, _provider(here, settings), settings.desk_url),
        refusals=AccessLog(here.engine, here.now),
        directory=Administration(here.engine, here.people, here.sessions, here.now),
        deputies=Deputies(here.engine, here.people),
        known_failure=here.known_failure,
        records=CaseRecords(here.engine, client, here.people, here.workflow_url),
        drafts=PostgresDrafts(here.engine, here.personal, here.now),
        attachments=PostgresAttachments(here.engine, here.personal, here.now),
        lists=CaseLists(here.engine, here.people),
        numbers=OverviewNumbers(here.engine),
        figures=CountedFigures(here.engine, here.load_calendar, settings.push_limit()),
        scores=PostgresScores(here.engine),
        analyses=PostgresAnalyses(here.engine),
        circulars=PostgresCirculars(here.engine),
        filters=SavedFilters(here.engine),
        calls=here,
        calendars=here,
        notices=NoticeJobs(here.calendar_desk),
        shelf=here.policies,
        quality=here.quality,
        reception=here.register_ports,
        outside=_outside(here, settings),
        documents=here.documents,
        rhythm=here.rhythm(lambda: _already(client)),
        samples=here.samples,
        pushes=here.pushes,
        messages=Messages(
            board=MessageBoard(here.engine),
            inbox=PostgresInbox(here.engine, Letters(JURISDICTIONS), here.now),
            receipts=DeliveryReceipts(here.engine, settings.sms_secret.get_secret_value().encode()),
            digests=DigestChoices(here.engine),
        ),
    )


async def _already(client: Client) -> Client:
    """The desk is connected from its start on."""
    return client


def _outside(here: Installation, settings: Settings) -> Outside:
    """What people outside the house and other systems get."""
    return Outside(
        reveals=here.reveals,
        citizens=PostgresCitizens(here.engine, here.reader, here.personal, here.policy, here.now),
        sms_refusals=SmsRefusals(here.engine, here.personal, here.now),
        handed_links=HandedLinks(here.reveals, CitizenLinks(here.engine, here.personal, settings.current_desk_url)),
        figures=PublicFigures(here.engine, here.people, here.now),
        tokens=here.tokens,
        intake=RatingDoor(
            settings.database_url,
            lambda: {unit.uscc: unit.id for unit in here.people.units()},
            here.policy,
            lambda jurisdiction: rules_of(here.policies.file(jurisdiction).surroundings),
            here.personal,
            lambda jurisdiction: here.open_cases(jurisdiction, lambda opened: None),
            here.known_failure,
            here.now,
        ),
        matters=here.matters,
        invite_soon=InvitationDoor(here.invite, here.known_failure).invite_soon,
    )


def _provider(here: Installation, settings: Settings) -> OidcProvider | None:
    if not settings.oidc_issuer:
        return None
    return OidcProvider(
        here.engine,
        here.now,
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_user_claim,
    )


async def serve(port: int) -> None:
    """Answer on that port of this machine until told to stop."""
    settings = Settings.discover()
    app = create_app(build_desk(Installation(settings, _CONNECTIONS), await connect(settings), settings))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    door = socket.create_server(("127.0.0.1", port))
    server = _Server(
        uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=3)
    )
    serving = asyncio.create_task(server.serve([door]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    print(f"desk ready http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving


class _Server(uvicorn.Server):
    """The signals are ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> int:
    """Serve until told to stop. Exit code 2 when the address is taken or something is missing."""
    parser = argparse.ArgumentParser(prog="desk", description="差评整改的网页和接口")
    parser.add_argument("--port", type=int, default=18080, help="网页的端口，0 为任意空闲端口")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(args.port))
    except (OSError, HaochapingError) as error:
        print(f"网页没有启动：{error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
