"""Files that come with a form: how large the whole may be, and taking each in or saying why it is not taken.

Decides nothing about a file by itself (`casework.files`), nor what becomes of it afterwards: it waits for its action,
and belongs to the record when an entry of the ledger names it.
"""

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from casework import files as file_rules
from models.actions import Action
from models.actors import Actor
from models.errors import BadInput
from models.work_in_hand import Attachment
from web.forms import texts_of
from web.ports import Desk

_LARGEST_FORM = file_rules.MOST * file_rules.LARGEST + 1024 * 1024
"""Bytes; a larger one is not read at all."""

_GONE = (
    "有附件已不在系统中（在另一个窗口移除了，或放置太久已清理），还没有提交。请核对下面的附件，缺少的重新上传后再提交。"
)


def body_in_bounds(request: Request) -> None:
    """Refuse a form that says it is larger than all its files may be, or does not say how large. Raises BadInput."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LARGEST_FORM:
        most, largest = file_rules.MOST, file_rules.LARGEST // 1024 // 1024
        raise BadInput(
            f"提交的内容太大，没有登记：最多 {most} 个文件，每个不超过 {largest} MB。请返回上一页减少文件后再提交。"
        )


InBounds = Depends(body_in_bounds)
"""The rule of a route that takes files, among its dependencies."""


def take_files(
    desk: Desk, case_no: str, action: Action, who: Actor, form: FormData, files: list[Attachment]
) -> list[str]:
    """Take the uploaded files in, behind those that are there; why some were not taken, or that one is gone."""
    wanted = {*texts_of(form, "kept"), *(each.id for each in files)}
    held = desk.attachments.hold(wanted)
    faults = [_GONE] if wanted - held else []
    files[:] = [each for each in files if each.id in held]
    for upload in form.getlist("files"):
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        if len(files) >= file_rules.MOST:
            shown = file_rules.clean_name(upload.filename)
            faults.append(f"最多上传 {file_rules.MOST} 个文件，“{shown}”没有上传。")
            continue
        try:
            taken = file_rules.checked(upload.filename, upload.file.read(file_rules.LARGEST + 1))
        except BadInput as fault:
            faults.append(str(fault))
            continue
        kept = desk.attachments.add(case_no, action, who.user, taken.name, taken.media_type, taken.content)
        if kept not in files:
            files.append(kept)
    return faults
