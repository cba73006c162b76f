"""Matters come in through the API and the command line; when the engine is away nothing is lost."""

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from adapters.invitation_door import InvitationDoor
from adapters.matters import places_with_pending_invitations
from adapters.tables.matters import MATTERS
from models.errors import EngineUnavailable
from models.outside import Scope
from tests.cli.terminal import At, Terminal, settings_for
from tests.invitations.test_intake import MOBILE, ROW, file_of
from tests.support.engine import at
from tests.web.pages import Pages
from web.api.app import PREFIX

ADMIN = "admin-01"


@dataclass
class Invited:
    """Notes for which places invitations were to be begun."""

    places: list[str] = field(default_factory=list)

    def __call__(self, jurisdiction: str) -> int:
        self.places.append(jurisdiction)
        return 0


@pytest.fixture
def invited(pages: Pages) -> Invited:
    """The desk at the moment of the rows, with the department in its directory; nothing reaches an engine."""
    pages.installation.moment = at("2026-03-02 12:00")
    renshe = pages.installation.people.unit("ez-renshe")
    pages.desk.directory.change_unit(renshe.model_copy(update={"uscc": ROW["deptCode"]}), ADMIN)
    invited = Invited()
    door = InvitationDoor(invited, pages.installation.known_failure)
    pages.desk = replace(pages.desk, outside=replace(pages.desk.outside, invite_soon=door.invite_soon))
    pages.app.state.desk = pages.desk
    return invited


def post(pages: Pages, body: Any, *scopes: Scope, key: str = "key-000001") -> httpx2.Response:
    _, secret = pages.installation.tokens.make("审批系统", scopes, ADMIN, 30, ADMIN)
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
    return pages.client.post(f"{PREFIX}/matters", json=body, headers=headers)


def test_matters_that_are_done_are_stored_each_by_itself(pages: Pages, invited: Invited) -> None:
    second = ROW | {"projectNo": "TA-2", "finishTime": "明天", "canEvaluate": 2, "colour": "red"}
    body = {"jurisdiction": "taian", "matters": [ROW, second]}
    answer = post(pages, body, Scope.MATTERS_WRITE).json()
    assert (answer["stored"], answer["already_stored"], answer["rejected"]) == (1, 0, 1)
    assert answer["unknown_fields"] == ["colour"]
    [fault] = answer["results"][1]["faults"]
    assert fault == {
        "field": "finishTime",
        "reason": "时间格式不正确",
        "fix": "请按“年-月-日 时:分:秒”填写，如 2026-09-16 10:30:00",
    }
    assert MOBILE not in str(answer)
    assert invited.places == ["taian"]
    again = post(pages, {"jurisdiction": "taian", "matters": [ROW]}, Scope.MATTERS_WRITE, key="key-000002").json()
    assert (again["stored"], again["already_stored"]) == (0, 1)


def test_a_token_needs_the_scope_of_its_own(pages: Pages, invited: Invited) -> None:
    refused = post(pages, {"jurisdiction": "taian", "matters": [ROW]}, Scope.RATINGS_WRITE)
    assert refused.status_code == 403
    assert "matters:write" in refused.json()["detail"]
    assert invited.places == []


def test_a_place_that_is_none_and_an_empty_request_are_refused(pages: Pages, invited: Invited) -> None:
    unknown = post(pages, {"jurisdiction": "nowhere", "matters": [ROW]}, Scope.MATTERS_WRITE)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "bad_input")
    empty = post(pages, {"jurisdiction": "taian", "matters": []}, Scope.MATTERS_WRITE, key="key-000002")
    assert (empty.status_code, empty.json()["code"]) == (422, "invalid")
    assert invited.places == []


def test_an_engine_that_is_away_costs_nothing_but_time(
    pages: Pages, invited: Invited, caplog: pytest.LogCaptureFixture
) -> None:
    def away(jurisdiction: str) -> int:
        raise EngineUnavailable("流程引擎没有应答。")

    door = InvitationDoor(away, pages.installation.known_failure)
    pages.desk = replace(pages.desk, outside=replace(pages.desk.outside, invite_soon=door.invite_soon))
    pages.app.state.desk = pages.desk
    with caplog.at_level(logging.ERROR):
        assert post(pages, {"jurisdiction": "taian", "matters": [ROW]}, Scope.MATTERS_WRITE).status_code == 200
    assert "invitations of taian wait to be begun" in caplog.text
    with pages.installation.engine.connect() as connection:
        assert places_with_pending_invitations(connection) == ["taian"]


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Any:
    """A terminal whose engine does not answer."""
    installation = At(settings_for(database_url, tmp_path), moment=at("2026-03-02 12:00"))
    terminal = Terminal(installation)
    assert terminal.run_now("directory", "load", "samples/directory.toml").code == 0
    yield terminal
    installation.close()


def test_a_file_is_imported_on_the_command_line(terminal: Terminal, tmp_path: Path) -> None:
    file = file_of(tmp_path / "done.csv", ROW, ROW | {"projectNo": "EZ-2"})
    said = terminal.run_now("matters", str(file), "--jurisdiction", "ezhou")  # a place that invites nobody
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "已导入 done.csv：新入库 2 件，已在库中 0 件。"
    assert said.out.splitlines()[1].startswith("其中 0 件到时邀请评价或记默认评价；2 件不需要（本地没有这样的规则")
    again = terminal.run_now("matters", str(file), "--jurisdiction", "ezhou")
    assert again.out == "已导入 done.csv：新入库 0 件，已在库中 2 件。\n"


def test_a_bad_file_is_refused_row_by_row(terminal: Terminal, tmp_path: Path) -> None:
    bad = file_of(tmp_path / "done.csv", ROW | {"deptCode": "1142"})
    said = terminal.run_now("matters", str(bad), "--jurisdiction", "taian")
    assert (said.code, said.out) == (2, "")
    assert "第 2 行：deptCode部门代码不是有效的统一社会信用代码" in said.err
    assert terminal.run_now("matters", str(bad), "--jurisdiction", "nowhere").code == 2
    assert "finishTime（办结时间，必填）" in terminal.run_now("matters", "--help").out


def test_on_the_command_line_too_an_engine_that_is_away_costs_nothing_but_time(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = file_of(tmp_path / "done.csv", ROW)
    said = terminal.run_now("matters", str(file), "--jurisdiction", "taian")
    assert said.code == 75
    with terminal.installation.engine.connect() as connection:
        assert connection.execute(select(MATTERS.c.invitation)).scalars().all() == ["pending"]
