"""The human actions for other systems, one address for each, in the name of the token's user.

Decides the form of the requests: the fields of the action's message, without who acts. Whether the action is possible
says the case itself. A holiday notice (`apply_calendar`) is not one of them; it is put in force for all cases at once.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, create_model, model_validator

from casework.standing import in_whose_name, visible_case
from models.actions import MESSAGES, Action, HumanAction, Receipt
from models.base import Value
from web.api.callers import Caller, Clerk, IdempotencyKey, the_desk_of
from web.api.cases import CaseNo
from web.api.once import once
from web.api.problems import documented
from web.ports import Desk

router = APIRouter(tags=["actions"])

OFFERED = tuple(action for action in Action if action is not Action.APPLY_CALENDAR)


class _Request(Value):
    """What every request of an action has to be: text that can be stored."""

    @model_validator(mode="before")
    @classmethod
    def _has_no_control_characters(cls, given: Any) -> Any:
        if "\x00" in repr_of(given):
            raise ValueError("文字中有看不见的字符，请删除")
        return given


def repr_of(given: Any) -> str:
    """All text of a request together."""
    if isinstance(given, dict):
        return "".join(repr_of(each) for each in given.values())
    if isinstance(given, list):
        return "".join(repr_of(each) for each in given)
    return given if isinstance(given, str) else ""


def request_of(action: Action) -> type[BaseModel]:
    """The fields of the action's message, without who acts."""
    message = MESSAGES[action]
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in message.model_fields.items() if name != "actor"
    }
    made: type[BaseModel] = create_model(
        f"{message.__name__}Request", __base__=_Request, __doc__=message.__doc__, **fields
    )
    return made


def _route_of(action: Action) -> Callable[..., Awaitable[Response]]:
    model = request_of(action)

    async def act(
        request: Request,
        desk: Annotated[Desk, Depends(the_desk_of)],
        caller: Clerk,
        key: IdempotencyKey,
        case_no: CaseNo,
        body: model,  # type: ignore[valid-type]
    ) -> Response:
        given: BaseModel = body

        async def work() -> Receipt:
            message = await run_in_threadpool(_message, desk, caller, case_no, action, given)
            return await desk.acts.act(case_no, action, message, _update_id(caller, key))

        return await once(request, desk, caller, key, given, work)

    return act


def _message(desk: Desk, caller: Caller, case_no: str, action: Action, body: BaseModel) -> HumanAction:
    case, actor = visible_case(desk.front, case_no, caller.actor.user)
    acting = in_whose_name(desk.front, case, actor or caller.actor)
    return MESSAGES[action].model_validate({**body.model_dump(), "actor": acting})


def _update_id(caller: Caller, key: str) -> str:
    """The case's own key of the act; two tokens that use the same key do not meet."""
    return f"api-{hashlib.sha256(f'{caller.token.id} {key}'.encode()).hexdigest()[:40]}"


for _action in OFFERED:
    router.add_api_route(
        f"/cases/{{case_no}}/actions/{_action.value}",
        _route_of(_action),
        methods=["POST"],
        response_model=Receipt,
        responses=documented(),
        summary=_action.label,
        operation_id=_action.value,
    )
