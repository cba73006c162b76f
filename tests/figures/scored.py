"""Rules of scores for the hand-made month, whose place has none of its own, and a desk that scores by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.directory import Directory
from adapters.periodic_letters import PeriodicLetters
from adapters.policy_files import JURISDICTIONS, Shelf
from adapters.rhythm_notices import OwnPointsNotices
from adapters.score_files import SCORES
from adapters.scores import PostgresScores
from casework.score_jobs import PointsJob
from tests.figures.month import Month
from tests.figures.stored import CALENDAR, FILE, PLACE
from tests.figures.test_month import book_of
from tests.web.pages import Pages, with_another

POINTS = (JURISDICTIONS / "gonghe" / SCORES).read_text(encoding="utf-8")
"""The table of Gonghe."""

FOUR_DIMENSIONS = "".join(
    f'[[composite]]\nlabel = "{label}"\nfigure = "{figure}"\nweight = 25\nbasis = "assumption"\nnote = "测试"\n'
    for label, figure in (
        ("服务质量", "good_rate"),
        ("签收", "signoff_on_time"),
        ("整改", "remediation_rate"),
        ("回访满意", "callback_satisfaction_rate"),
    )
)


def rules_in(folder: Path, text: str, place: str = PLACE) -> Path:
    """A folder of jurisdictions in which that place scores by these rules."""
    (folder / place).mkdir(exist_ok=True)
    (folder / place / SCORES).write_text(text, encoding="utf-8")
    return folder


def score_book(month: Month, folder: Path, text: str) -> PostgresScores:
    """The scores of the month's place by these rules."""
    return PostgresScores(month.pages.installation.engine, rules_in(folder, text))


def points_job(month: Month, book: PostgresScores) -> PointsJob:
    """The monthly work on the month's points, as the worker builds it."""
    engine = month.pages.installation.engine
    directory = Directory(engine)
    letters = PeriodicLetters(engine, Shelf(), lambda _: CALENDAR)
    return PointsJob(book_of(month), book, lambda _: FILE, OwnPointsNotices(directory, letters))


@contextmanager
def scoring_desk(month: Month, folder: Path, text: str) -> Iterator[Pages]:
    """The month's desk, scoring by these rules, with a supervisor before it."""
    with with_another(month.pages, scores=score_book(month, folder, text)) as pages:
        pages.log_in("supervisor-01")
        yield pages
