"""Who is disabled is given nothing more to do and hears nothing more."""

from datetime import date

import pytest

from adapters.deputies import Deputies
from adapters.directory import Directory
from adapters.tables.directory import USERS
from models.actions import Reassign
from models.actors import Role
from models.errors import ActionRefused
from policy.people import handover_refusal, named_refusal, unit_refusal
from tests.people.support import NOW

GONE, COLLEAGUE = "officer-renshe-2", "officer-renshe"


@pytest.fixture
def after_leaving(directory: Directory) -> Directory:
    """The small office after one officer has left."""
    with directory.engine.begin() as connection:
        connection.execute(USERS.update().where(USERS.c.id == GONE).values(disabled=True))
    directory.forget()
    return directory


def test_who_is_disabled_gets_no_notices(after_leaving: Directory) -> None:
    assert [user.id for user in after_leaving.people(Role.OFFICER, "ez-renshe")] == [COLLEAGUE]


def test_no_case_is_passed_on_to_who_is_disabled(after_leaving: Directory) -> None:
    units, users = after_leaving.units(), after_leaving.users()
    message = Reassign(actor=after_leaving.actor("head-renshe"), to=GONE, reason="调整")
    assert "已停用" in (named_refusal(message, "ez-renshe", units, users) or "")
    source, target, head = (after_leaving.user(each) for each in (COLLEAGUE, GONE, "head-renshe"))
    assert "已停用" in (handover_refusal(source, target, head) or "")
    assert handover_refusal(target, source, head) is None


def test_no_case_goes_to_a_unit_whose_officers_are_all_disabled(after_leaving: Directory) -> None:
    units, users = after_leaving.units(), after_leaving.users()
    assert unit_refusal("ez-renshe", units, users) is None
    all_gone = [user.model_copy(update={"disabled": True}) for user in users]
    assert "无人签收" in (unit_refusal("ez-renshe", units, all_gone) or "")


def test_who_is_disabled_stands_in_for_nobody(after_leaving: Directory) -> None:
    deputies = Deputies(after_leaving.engine, after_leaving)
    days = (date(2026, 11, 23), date(2026, 11, 24))
    with pytest.raises(ActionRefused, match="已停用"):
        deputies.appoint(COLLEAGUE, GONE, *days, "年休假", "head-renshe", NOW)
    assert deputies.appoint(GONE, COLLEAGUE, *days, "离职交接", "head-renshe", NOW).deputy == COLLEAGUE
