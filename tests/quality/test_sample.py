"""The sample month against the sample item directory: what is wrong there is found, and nothing else."""

import csv
from pathlib import Path

from adapters.items import ItemStore
from adapters.quality import RatingQuality
from models.figures import FigurePeriod
from models.quality import ItemField, Match, QualityScope
from samples.make_samples import HERE, LISTED_AS, NOT_LISTED
from tests.cli.terminal import Terminal
from tests.intake.support import request

AUTUMN = QualityScope(jurisdiction="ezhou", period=FigurePeriod.of_months(2026, 9, 2))


def test_the_item_that_is_not_listed_and_the_one_with_another_name_are_found(
    terminal: Terminal, items: ItemStore, quality: RatingQuality, tmp_path: Path
) -> None:
    month = HERE / "ezhou-2026-10.csv"
    asked = request(month).model_copy(update={"rejects": str(tmp_path / "back.csv")})
    stored = terminal.installation.importer.import_file(asked).stored
    items.load(HERE / "ezhou-items.csv", "ezhou")
    report = quality.report(AUTUMN)
    counts = {each.field: each.counts for each in report.fields}
    rows = list(csv.DictReader(month.read_text(encoding="utf-8-sig").splitlines()))
    unlisted = {row["projectNo"] + row["assessNumber"] for row in rows if row["taskName"] == NOT_LISTED}
    renamed = {row["projectNo"] + row["assessNumber"] for row in rows if row["taskName"] in LISTED_AS}
    assert report.ratings == stored
    assert counts[ItemField.TASK_CODE][Match.UNKNOWN] == len(unlisted) > 0
    assert counts[ItemField.TASK_NAME][Match.CONTRADICTING] == len(renamed) > 0
    assert counts[ItemField.DEPT_NAME] == {**dict.fromkeys(Match, 0), Match.MATCHING: stored}
