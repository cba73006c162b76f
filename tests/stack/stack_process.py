"""`make up` in small, for the tests: the real supervisor and servers, stand-ins for worker and desk.

Usage: python stack_process.py [--job] [--impatient] [--endless-grace]. The runtime directory comes from the
environment. It looks at its parts often, and so patiently that it replaces none of its own accord, however busy the
machine is; an impatient one soon takes a part that does not answer for frozen. With endless grace no part is killed
because it takes too long to stop.
"""

import os
import sys
from pathlib import Path

import psycopg

from adapters.settings import Settings
from adapters.stack import supervisor
from adapters.stack.guardian import Patience
from adapters.stack.supervisor import run_stack

PATIENT = Patience(check_every=0.3, answer=60.0, failures=1000, silence=3600.0)
IMPATIENT = Patience(check_every=0.3, answer=1.0, failures=2, silence=6.0)


def migrate(url: str) -> None:
    """A schema of one table, so that a test can leave something behind."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")


def job(settings: Settings) -> None:
    """A main job that shows that it got a running stack."""
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO notes VALUES ('written by the job')")
    print("the job ran", flush=True)


if __name__ == "__main__":
    if "--endless-grace" in sys.argv:
        supervisor.GRACE.update(dict.fromkeys(supervisor.GRACE, 3600.0))
    code = run_stack(
        Settings.load(),
        migrate=migrate,
        main_job=job if "--job" in sys.argv else None,
        worker=[str(Path(__file__).with_name("standin_worker.py"))],
        desk=[str(Path(__file__).with_name("standin_desk.py"))],
        patience=IMPATIENT if "--impatient" in sys.argv else PATIENT,
    )
    os._exit(code)
