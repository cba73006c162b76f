"""A file of a case, handed out as a download.

Decides nothing: who sees which file stands in `casework.files`. A file is never shown as a page of ours; its own answer
forbids it to run or load anything.
"""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from models.errors import UnknownCase
from web.access import Here, Who, allowed
from web.casefile import open_case

router = APIRouter()


@router.get("/cases/{case_no}/files/{file_id}", dependencies=[allowed()])
def download(desk: Here, who: Who, case_no: str, file_id: str) -> Response:
    """The file's content under its name. What somebody may not see is not there for them."""
    file = open_case(desk, case_no, who)
    found = next((each for each in (*file.attachments, *file.in_hand) if each.id == file_id), None)
    if found is None:
        raise UnknownCase("没有这个附件，或者您不能查看。")
    try:
        content = desk.attachments.content(found)
    except LookupError:
        raise UnknownCase("这个附件已被上传人移除。") from None
    return Response(
        content,
        media_type=found.media_type,
        headers={
            "content-disposition": f"attachment; filename=file-{found.number}; filename*=UTF-8''{quote(found.name)}",
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )
