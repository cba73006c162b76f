"""`make up` in small, for the tests: the real supervisor and servers, stand-ins for worker and desk, little patience.

Usage: python stack_process.py [--job]. The runtime directory comes from the environment.
"""

import os
import sys
from pathlib import Path

import psycopg

from adapters.settings import Settings
from adapters.stack.guardian import Patience
from adapters.stack.supervisor import run_stack


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
    code = run_stack(
        Settings.load(),
        migrate=migrate,
        main_job=job if "--job" in sys.argv else None,
        worker=[str(Path(__file__).with_name("standin_worker.py"))],
        desk=[str(Path(__file__).with_name("standin_desk.py"))],
        patience=Patience(check_every=0.3, answer=1.0, failures=2, silence=6.0),
    )
    os._exit(code)
