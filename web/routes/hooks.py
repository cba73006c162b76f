"""Where services outside report back: the SMS gateway's delivery receipts (送达回执), and what people answer to an SMS.

Decides what is answered, in JSON, for a program: 200 for what was written down or known, 404 for a message that was
never sent from here, 422 for what is no such report. Who may report proves it by a signature over the exact body, as
our own requests to the gateway do; the rule `signed()` checks it before anything is read.
"""

import logging

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from models.deliveries import DeliveryReceipt, Noted
from models.sms_wishes import SmsReply
from web.access import Here, body_of, signed

router = APIRouter()

log = logging.getLogger("haochaping.desk")

_SHOWN = 3
"""Faults of a body that are named in the answer."""


@router.post("/hooks/sms", dependencies=[signed()])
async def sms_receipt(request: Request, desk: Here) -> Response:
    """Write one delivery receipt down; the same again is answered the same way and changes nothing."""
    try:
        receipt = DeliveryReceipt.model_validate_json(await body_of(request))
    except ValidationError as faults:
        return _not_taken("送达回执", faults)
    noted = await run_in_threadpool(desk.messages.receipts.record, receipt)
    if noted is Noted.UNKNOWN:
        log.info("a delivery receipt names no message of ours: %s", receipt.id)
        return JSONResponse({"error": "没有以这个编号发送过短信，请核对 id。"}, status_code=404)
    return JSONResponse({"result": noted.value})


@router.post("/hooks/sms/replies", dependencies=[signed()])
async def sms_reply(request: Request, desk: Here) -> Response:
    """Take an answer to an SMS: 退订 and 恢复 are written down, everything else is left alone and kept nowhere."""
    try:
        reply = SmsReply.model_validate_json(await body_of(request))
    except ValidationError as faults:
        return _not_taken("短信回复", faults)
    heard = await run_in_threadpool(desk.outside.sms_refusals.reply, reply)
    return JSONResponse({"result": heard.value})


def _not_taken(what: str, faults: ValidationError) -> Response:
    """Which fields are wrong; what stands in them is not repeated, it may be personal."""
    named = [f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in faults.errors()[:_SHOWN]]
    return JSONResponse({"error": f"不是约定的{what}：{'；'.join(named)}"}, status_code=422)
