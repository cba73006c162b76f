"""A bad review with an evaluator behind it, and its case, for tests of what may be seen of whom."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from adapters.rating_import import RatingImporter
from tests.intake.support import BAD, DEPARTMENT, NOW, ROW, request, write_csv
from tests.support.keys import PERSONAL
from tests.web.pages import Pages
from tests.web.paper import PaperActs

MATTER = "EZ20260920-0001"
NAME, MOBILE = ROW["userName"], ROW["mobile"]


def bring(pages: Pages, folder: Path, *rows: dict[str, str], jurisdiction: str = "ezhou") -> None:
    """Import bad reviews of the social security office; each row says what is different."""
    importer = RatingImporter(
        pages.installation.settings.database_url, {DEPARTMENT: "ez-renshe"}, lambda: NOW, PERSONAL
    )
    report = importer.import_file(
        request(
            write_csv(folder / "ratings.csv", [ROW | BAD | row for row in rows or ({},)]), jurisdiction=jurisdiction
        )
    )
    assert report.rejected == 0, report.reasons


def a_case(pages: Pages, acts: PaperActs, folder: Path, **changes: Any) -> str:
    """A case with its rating; its number."""
    bring(pages, folder, jurisdiction=acts.jurisdiction)
    case_no = acts.dispatch(MATTER, **changes)
    with pages.installation.engine.begin() as connection:
        connection.execute(text("update ratings set case_state = 'opened' where case_no = :no"), {"no": case_no})
    return case_no
