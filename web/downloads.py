"""Files that were made for a reader, as an answer to be saved. Decides their heads and nothing else."""

from urllib.parse import quote

from fastapi.responses import Response

from casework.files import KINDS, clean_name


def download(content: bytes, name: str, ending: str, plain_name: str) -> Response:
    """A file of that name and kind; `plain_name` is for programs that know no Chinese ones."""
    shown = quote(clean_name(f"{name}.{ending}"))
    return Response(
        content,
        media_type=KINDS[ending],
        headers={
            "content-disposition": f"attachment; filename={plain_name}.{ending}; filename*=UTF-8''{shown}",
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )
