"""Whom a message reaches: users by the directory, the evaluator by the stored rating, at the moment of sending."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.courier import Contact
from adapters.citizen_reports import CitizenReports
from adapters.contacts import Contacts
from adapters.directory import Directory
from adapters.notices import evaluator_of
from adapters.rating_import import RatingImporter
from adapters.rating_store import pending_cases
from models.kinds import CaseClass, CaseSource
from models.reports import ReportForm
from tests.intake.support import BAD, ROW, UNITS, request, write_csv
from tests.people.support import NOW
from tests.support.keys import PERSONAL


@pytest.fixture
def contacts(engine: Engine, directory: Directory) -> Contacts:
    return Contacts(directory, engine, PERSONAL)


def test_users_are_looked_up_in_the_directory(contacts: Contacts) -> None:
    assert contacts.lookup("head-renshe") == Contact("13800000006", "head-renshe@example.invalid")
    assert contacts.lookup("nobody") is None


def test_the_evaluator_is_found_by_the_number_of_the_case(
    contacts: Contacts, database_url: str, tmp_path: Path
) -> None:
    rows = [
        ROW | BAD | {"projectNo": "EZ-1", "mobile": "+86 138-0000-0077"},
        ROW | BAD | {"projectNo": "EZ-2", "anonymityFlag": "1"},
        ROW | BAD | {"projectNo": "EZ-3", "mobile": ""},
    ]
    importer = RatingImporter(database_url, UNITS, lambda: NOW, PERSONAL)
    importer.import_file(request(write_csv(tmp_path / "r.csv", rows)))
    assert contacts.lookup(evaluator_of("ezhou-EZ-1-1")) == Contact("+8613800000077", None)
    assert contacts.lookup(evaluator_of("ezhou-EZ-2-1")) is None
    assert contacts.lookup(evaluator_of("ezhou-EZ-3-1")) == Contact(None, None)
    assert contacts.lookup(evaluator_of("ezhou-EZ-9-1")) is None


def test_who_reported_something_is_found_too(contacts: Contacts, engine: Engine) -> None:
    form = ReportForm(
        jurisdiction="gonghe",
        source=CaseSource.HOTLINE,
        unit="ez-renshe",
        task_name="社会保障卡补换",
        matter="办不成",
        case_class=CaseClass.GENERAL,
        mobile="13800000099",
    )
    report = CitizenReports(engine, PERSONAL).register(form, "hotline-01", NOW)
    assert contacts.lookup(evaluator_of(report.case_no)) == Contact("13800000099", None)


def test_a_pending_case_names_the_rated_clerk(database_url: str, engine: Engine, tmp_path: Path) -> None:
    row = ROW | BAD | {"proManagerNo": "RS-0217"}
    path = write_csv(tmp_path / "r.csv", [row, row | {"projectNo": "EZ-2", "proManagerNo": ""}])
    RatingImporter(database_url, UNITS, lambda: NOW, PERSONAL).import_file(request(path))
    with engine.connect() as connection:
        assert {case.staff_no for case in pending_cases(connection, "ezhou", 10)} == {"RS-0217", ""}
