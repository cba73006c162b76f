"""The API: tokens and scopes, intake, lists, acts, keys, and one form of error."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from adapters.rating_door import RatingDoor
from adapters.rating_store import pending_cases
from models.actions import Action
from models.errors import EngineUnavailable
from models.outside import Scope, TakenStatus
from tests.intake.support import BAD, DEPARTMENT, ROW
from tests.support.engine import CLERK, HOTLINE, OFFICER, SUPERVISOR, at
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages
from tests.web.paper import PaperActs
from web.api.app import LARGEST_BODY, PREFIX, create_api
from web.api.callers import scope_of

ADMIN, OTHER_OFFICER = "admin-01", "officer-shichang"
EVERYTHING = tuple(Scope)


@dataclass
class Openings:
    """Notes which places' cases were to be opened."""

    opened: list[str] = field(default_factory=list)

    def __call__(self, jurisdiction: str) -> None:
        self.opened.append(jurisdiction)


@dataclass
class System:
    """Another system: calls the API with one token, under a fresh key unless it names one."""

    pages: Pages
    token: str
    keys: int = 0

    def get(self, path: str, **query: str) -> httpx2.Response:
        return self.pages.client.get(f"{PREFIX}{path}", params=query, headers=self._headers())

    def post(self, path: str, body: Any, key: str | None = None) -> httpx2.Response:
        self.keys += 1
        headers = self._headers() | {"Idempotency-Key": key or f"key-{self.keys:06d}"}
        return self.pages.client.post(f"{PREFIX}{path}", json=body, headers=headers)

    def act(self, case_no: str, action: Action, key: str | None = None, **body: Any) -> httpx2.Response:
        return self.post(f"/cases/{case_no}/actions/{action}", body, key)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


Connect = Callable[..., System]


@pytest.fixture
def connect(pages: Pages) -> Connect:
    """A system with a token of that user and those scopes."""

    def connected(user: str, *scopes: Scope, days: int = 30) -> System:
        _, secret = pages.installation.tokens.make("对接系统", scopes or EVERYTHING, user, days, ADMIN)
        return System(pages, secret)

    return connected


@pytest.fixture
def openings(pages: Pages) -> Openings:
    """The department of the sample rows is in the directory, and nothing reaches an engine."""
    pages.installation.moment = at("2026-11-21 12:00")
    people = pages.installation.people
    renshe = people.unit("ez-renshe")
    pages.desk.directory.change_unit(renshe.model_copy(update={"uscc": DEPARTMENT}), ADMIN)
    openings = Openings()
    intake = pages.desk.outside.intake
    assert isinstance(intake, RatingDoor)
    intake = replace(intake, open_cases=openings)
    pages.desk = replace(pages.desk, outside=replace(pages.desk.outside, intake=intake))
    pages.app.state.desk = pages.desk
    return openings


def problem(response: httpx2.Response, status: int, code: str) -> str:
    """The sentence of a refusal, which has the form that all have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert (found["status"], found["code"]) == (status, code), found
    return str(found["detail"])


def test_every_address_of_the_api_names_its_scope(pages: Pages) -> None:
    found = [context.original_route for context in iter_route_contexts(create_api(pages.app.state).routes)]
    routes = [route for route in found if isinstance(route, APIRoute)]
    assert len(routes) == 5 + len(Action) - 1
    assert [route.path for route in routes if scope_of(route) is None] == []


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer hcp_wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_token_nothing_is_answered(pages: Pages, given: dict[str, str]) -> None:
    response = pages.client.get(f"{PREFIX}/tasks", headers=given)
    assert "令牌" in problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_login_of_the_desk_is_no_token(pages: Pages) -> None:
    pages.log_in(SUPERVISOR)
    assert pages.client.get(f"{PREFIX}/cases").status_code == 401


def test_a_token_is_good_for_its_scopes_only(pages: Pages, connect: Connect) -> None:
    system = connect(OFFICER, Scope.RATINGS_WRITE)
    assert "cases:read" in problem(system.get("/cases"), 403, "missing_scope")
    assert "cases:act" in problem(system.act("ezhou-1-1", Action.SIGN_OFF), 403, "missing_scope")


def test_a_token_ends_with_its_time_its_revocation_or_its_user(pages: Pages, connect: Connect) -> None:
    system, revoked, left = connect(OFFICER, days=1), connect(OFFICER), connect(OTHER_OFFICER)
    assert [each.get("/tasks").status_code for each in (system, revoked, left)] == [200, 200, 200]
    found = pages.installation.tokens.find(revoked.token)
    assert found is not None
    pages.installation.tokens.revoke(found[0].id, ADMIN)
    pages.desk.directory.disable(OTHER_OFFICER, ADMIN)
    pages.installation.moment += timedelta(days=1)
    for each in (system, revoked, left):
        problem(each.get("/tasks"), 401, "unauthorized")


def test_cases_and_tasks_are_those_that_the_user_may_see(connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    officer, other, supervisor = connect(OFFICER), connect(OTHER_OFFICER), connect(SUPERVISOR)
    assert [each["case_no"] for each in officer.get("/cases").json()["cases"]] == [case_no]
    assert other.get("/cases").json() == {"cases": [], "next": ""}
    assert "您不能查看或办理" in problem(other.get(f"/cases/{case_no}"), 403, "not_visible")
    case = supervisor.get(f"/cases/{case_no}").json()
    assert (case["stage"], case["stage_label"], case["unit"]) == ("dispatched", "签收与核实中", "ez-renshe")
    until = {clock["kind"]: clock["deadline"] for clock in case["clocks"]}
    assert until.keys() == {"sign_off", "verification", "appeal_window"}
    assert datetime.fromisoformat(until["sign_off"]) == at("2026-02-15 00:00")
    [task] = officer.get("/tasks").json()["tasks"]
    assert (task["case_no"], task["kind"]) == (case_no, "sign_off")
    assert {"action": "sign_off", "label": "签收"} in officer.get(f"/cases/{case_no}").json()["possible_actions"]
    assert problem(supervisor.get("/cases/ezhou-none-1"), 404, "unknown_case")


def test_lists_go_on_where_the_page_before_ended(connect: Connect, acts: PaperActs) -> None:
    numbers = {acts.dispatch(f"42070000000{number}") for number in range(5)}
    officer = connect(OFFICER)
    for path, name in (("/cases", "cases"), ("/tasks", "tasks")):
        seen, after = [], ""
        while True:
            page = officer.get(path, limit="2", after=after).json()
            seen += [each["case_no"] for each in page[name]]
            after = page["next"]
            if not after:
                break
        assert len(seen) == 5, path
        assert set(seen) == numbers
    assert "翻页" in problem(officer.get("/cases", after="nonsense"), 422, "bad_input")


def test_an_action_is_taken_in_the_name_of_the_tokens_user(connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    hotline, officer = connect(HOTLINE), connect(OFFICER)
    assert "由整改责任人办理" in problem(hotline.act(case_no, Action.SIGN_OFF), 409, "refused")
    receipt = officer.act(case_no, Action.SIGN_OFF).json()
    assert (receipt["case_no"], receipt["seq"]) == (case_no, 2)
    assert acts.state(case_no).signed_by == OFFICER
    reached = {"result": "reached", "finding": "founded", "note": "属实"}
    assert hotline.act(case_no, Action.RECORD_CALLBACK, **reached).json()["stage"] == "remediation"


def test_the_same_key_is_the_same_request(connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    officer = connect(OFFICER)
    first = officer.act(case_no, Action.SIGN_OFF, key="sign-off-1")
    again = officer.act(case_no, Action.SIGN_OFF, key="sign-off-1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert "Idempotency-Key" in problem(
        officer.act("ezhou-2-1", Action.SIGN_OFF, key="sign-off-1"), 422, "key_used_otherwise"
    )
    assert "不必重复签收" in problem(officer.act(case_no, Action.SIGN_OFF, key="sign-off-2"), 409, "refused")
    assert connect(OFFICER).act(case_no, Action.SIGN_OFF, key="sign-off-1").status_code == 409


def test_what_was_not_answered_may_be_tried_again_under_its_key(connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    officer = connect(OFFICER)
    acts.deaf = True
    assert "没有应答" in problem(officer.act(case_no, Action.SIGN_OFF, key="sign-off-1"), 503, "unavailable")
    acts.deaf = False
    assert officer.act(case_no, Action.SIGN_OFF, key="sign-off-1").json()["seq"] == 2


def test_a_kept_answer_goes_after_a_day(pages: Pages, connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    officer = connect(OFFICER)
    assert officer.act(case_no, Action.SIGN_OFF, key="sign-off-1").status_code == 200
    pages.installation.moment += timedelta(hours=25)
    assert "不必重复签收" not in officer.act(case_no, Action.SIGN_OFF, key="sign-off-1").text


def test_a_request_needs_a_key_and_known_fields(connect: Connect, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    officer = connect(OFFICER)
    path = f"{PREFIX}/cases/{case_no}/actions/sign_off"
    bare = officer.pages.client.post(path, json={}, headers={"Authorization": f"Bearer {officer.token}"})
    assert problem(bare, 422, "invalid")
    assert bare.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"
    assert problem(officer.act(case_no, Action.SIGN_OFF, actor={"user": "admin-01"}), 422, "invalid")
    assert problem(officer.act(case_no, Action.FILE_APPEAL, reason="不\x00可见"), 422, "invalid")
    assert problem(officer.post(f"/cases/{case_no}/actions/apply_calendar", {}), 404, "http")


def test_ratings_are_stored_each_by_itself_and_bad_ones_become_cases(
    pages: Pages, connect: Connect, openings: Openings
) -> None:
    source = connect(ADMIN, Scope.RATINGS_WRITE)
    bad = ROW | BAD | {"projectNo": "EZ-2", "evalDetail": ["113"], "proManagerNo": 17}
    batch = {
        "jurisdiction": "ezhou",
        "ratings": [ROW, bad, ROW | {"projectNo": "EZ-3", "mobile": "一三八", "neu": "x"}],
    }
    taken = source.post("/ratings", batch).json()
    assert (taken["stored"], taken["already_stored"], taken["rejected"]) == (2, 0, 1)
    assert [each["status"] for each in taken["results"]] == ["stored", "stored", "rejected"]
    assert [each["case_no"] for each in taken["results"]] == [None, "ezhou-EZ-2-1", None]
    [fault] = taken["results"][2]["faults"]
    assert fault["field"] == "mobile"
    assert "一三八" not in json.dumps(taken, ensure_ascii=False)
    assert taken["unknown_fields"] == ["neu"]
    assert openings.opened == ["ezhou"]
    with pages.installation.engine.connect() as connection:
        assert [case.case_no for case in pending_cases(connection, "ezhou", 10)] == ["ezhou-EZ-2-1"]


def test_a_rating_sent_twice_changes_nothing_and_a_contradicting_one_is_rejected(
    pages: Pages, connect: Connect, openings: Openings
) -> None:
    source = connect(ADMIN, Scope.RATINGS_WRITE)

    def statuses(*ratings: dict[str, Any]) -> list[str]:
        body = {"jurisdiction": "ezhou", "ratings": list(ratings)}
        return [each["status"] for each in source.post("/ratings", body).json()["results"]]

    one, other = ROW | BAD, ROW | {"projectNo": "EZ-2"}
    assert statuses(one) == [TakenStatus.STORED]
    assert statuses(one) == [TakenStatus.ALREADY_STORED]
    assert statuses(other, one) == [TakenStatus.STORED, TakenStatus.ALREADY_STORED]
    assert statuses(one | {"writingEvaluation": "另一种说法"}) == [TakenStatus.REJECTED]
    assert len(openings.opened) == 4


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"jurisdiction": "nowhere", "ratings": [ROW]}, "bad_input", "没有名为“nowhere”的地区"),
        ({"jurisdiction": "ezhou", "code_system": "x", "ratings": [ROW]}, "bad_input", "没有名为“x”的编码体系"),
        ({"jurisdiction": "ezhou", "ratings": [ROW | {"PROJECTNO": "1"}]}, "bad_input", "同一个字段"),
        ({"jurisdiction": "ezhou", "ratings": []}, "invalid", "不符合接口说明"),
        ({"jurisdiction": "ezhou", "ratings": [ROW] * 1001}, "invalid", "不符合接口说明"),
        ({"jurisdiction": "../ezhou", "ratings": [ROW]}, "invalid", "不符合接口说明"),
    ],
)
def test_a_batch_that_cannot_be_taken_says_why(
    connect: Connect, openings: Openings, body: dict[str, Any], code: str, words: str
) -> None:
    assert words in problem(connect(ADMIN, Scope.RATINGS_WRITE).post("/ratings", body), 422, code)
    assert openings.opened == []


def test_a_missing_field_is_named_for_each_rating(pages: Pages, connect: Connect, openings: Openings) -> None:
    body = {"jurisdiction": "ezhou", "ratings": [{"projectNo": "EZ-1"}]}
    [result] = connect(ADMIN, Scope.RATINGS_WRITE).post("/ratings", body).json()["results"]
    assert {"assessNumber", "satisfaction", "pf", "assessTime", "deptCode"} == {
        each["field"] for each in result["faults"]
    }


def test_a_request_that_is_too_large_is_refused_before_it_is_read(connect: Connect) -> None:
    source = connect(ADMIN)
    answer = source.post("/ratings", {"jurisdiction": "ezhou", "ratings": [{"answer": "长" * LARGEST_BODY}]})
    assert "分批" in problem(answer, 413, "http")


def test_nothing_personal_leaves_through_the_api(
    pages: Pages, connect: Connect, openings: Openings, acts: PaperActs
) -> None:
    source = connect(ADMIN)
    source.post("/ratings", {"jurisdiction": "ezhou", "ratings": [ROW | BAD | {"projectNo": "420700000001"}]})
    case_no = acts.dispatch("420700000001")
    supervisor = connect(SUPERVISOR)
    said = "".join(supervisor.get(path).text for path in ("/cases", f"/cases/{case_no}", "/tasks"))
    assert case_no in said
    assert [value for value in (ROW["userName"], ROW["mobile"], ROW["certKey"]) if value in said] == []


def test_the_description_is_open_and_says_what_each_action_takes(pages: Pages) -> None:
    described = pages.client.get(f"{PREFIX}/openapi.json").json()
    assert described["servers"] == [{"url": PREFIX}]
    remediation = described["components"]["schemas"]["SubmitRemediationRequest"]
    assert remediation["required"] == ["measures"]
    assert remediation["properties"]["measures"]["maxLength"] == 8000
    assert "actor" not in json.dumps(described["components"]["schemas"]["SignOffRequest"])


def test_an_unknown_address_is_a_problem_too(pages: Pages) -> None:
    problem(pages.client.get(f"{PREFIX}/nowhere"), 404, "http")
    problem(pages.client.get(f"{PREFIX}/cases/%0Ax"), 404, "http")
    problem(pages.client.delete(f"{PREFIX}/cases"), 405, "http")


def test_a_clerk_sees_own_reviews_only(connect: Connect, acts: PaperActs) -> None:
    own = acts.dispatch("420700000001", staff_no="RS-0217")
    acts.dispatch("420700000002", staff_no="RS-9999")
    assert [each["case_no"] for each in connect(CLERK).get("/cases").json()["cases"]] == [own]


async def test_an_action_reaches_the_real_engine(working_office: OpenOffice) -> None:
    story = await working_office("2026-02-13 17:50")
    case_no = await story.office.dispatch()
    _, secret = story.pages.installation.tokens.make("对接系统", EVERYTHING, OFFICER, 30, ADMIN)
    story.pages.client.headers["Authorization"] = f"Bearer {secret}"
    story.pages.client.headers["Idempotency-Key"] = "sign-off-1"
    path = f"{PREFIX}/cases/{case_no}/actions/sign_off"
    answer = await asyncio.to_thread(lambda: story.pages.client.post(path, json={}))
    assert answer.status_code == 200, answer.text
    assert (await story.office.desk.state(case_no)).signed_by == OFFICER
    assert await asyncio.to_thread(lambda: story.pages.client.post(path, json={}).json()) == answer.json()


def test_who_asks_while_cases_are_being_opened_is_not_forgotten(pages: Pages, openings: Openings) -> None:
    intake = pages.desk.outside.intake
    assert isinstance(intake, RatingDoor)
    asked: list[str] = []

    def open_and_be_asked_again(jurisdiction: str) -> None:
        asked.append(jurisdiction)
        if len(asked) == 1:
            door.open_soon(jurisdiction)

    door = replace(intake, open_cases=open_and_be_asked_again)
    door.open_soon("ezhou")
    assert asked == ["ezhou", "ezhou"]
    door.open_soon("ezhou")
    assert len(asked) == 3


def test_cases_that_cannot_be_opened_now_wait_and_the_next_request_tries_again(
    pages: Pages, openings: Openings, caplog: pytest.LogCaptureFixture
) -> None:
    intake = pages.desk.outside.intake
    assert isinstance(intake, RatingDoor)
    tried: list[str] = []

    def fail(jurisdiction: str) -> None:
        tried.append(jurisdiction)
        raise EngineUnavailable("流程引擎没有应答。")

    door = replace(intake, open_cases=fail)
    door.open_soon("ezhou")
    door.open_soon("ezhou")
    assert len(tried) == 2
    assert "wait to be opened" in caplog.text
