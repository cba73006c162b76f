"""The ratings behind a finding or a flag as an XLSX file: one row each, written page by page.

Decides the columns. Nothing of the evaluator is in it, and of the free text only whether there is one.
"""

from collections.abc import Callable, Iterator
from typing import IO

from fastapi.responses import StreamingResponse

from casework.text import instant
from models.due import in_shanghai
from models.quality import RatingFacts, RatingPage
from web.books import file_of, write_table
from web.ports import Desk
from web.quality_questions import channel_of, level_of, to_the_second

_BATCH = 1_000

COLUMNS = (
    ("办件编号", 22), ("评价次数", 8), ("评价时间", 20), ("受理时间", 20), ("满意度", 14), ("评价渠道", 14),
    ("评价标签", 18), ("标签版本", 10), ("有无文字", 8), ("是否匿名", 8), ("默认标志", 8), ("被评价单位", 20),
    ("受理人员", 16), ("部门代码", 22), ("部门名称", 24), ("事项编码", 24), ("业务办理项编码", 24), ("事项名称", 30),
    ("案件编号", 26),
)  # fmt: skip
"""What each column is called, and how wide it is in characters."""

Pages = Callable[[str, int], RatingPage]
"""One page of the ratings: from that place on, at most so many."""


def book_answer(desk: Desk, user: str, title: str, pages: Pages) -> StreamingResponse:
    """The ratings as a file to take away; `title` stands in its first row and in its name."""
    now = desk.front.now()
    note = f"{title}，{instant(now)} 由 {desk.front.people.user(user).name} 导出"

    def write(target: IO[bytes]) -> None:
        write_book(_all(pages), lambda unit: desk.front.people.unit(unit).name, target, note)

    return file_of(f"{title}{in_shanghai(now):%Y%m%d}", "ratings", write)


def write_book(ratings: Iterator[RatingFacts], unit_name: Callable[[str], str], target: IO[bytes], note: str) -> None:
    """Write the book, at most `web.books.MOST_ROWS` of the ratings. `note` stands in the first row."""
    rest = "只导出前 {most} 条，还有更多；请缩小月份范围后分次导出。"
    write_table("评价", COLUMNS, (_row(rating, unit_name) for rating in ratings), target, note, rest)


def _all(pages: Pages) -> Iterator[RatingFacts]:
    after = ""
    while True:
        page = pages(after, _BATCH)
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _row(rating: RatingFacts, unit_name: Callable[[str], str]) -> tuple[str | int, ...]:
    anonymous = "" if rating.anonymous is None else "匿名" if rating.anonymous else "实名"
    return (
        rating.project_no,
        rating.assess_number,
        to_the_second(rating.assessed_at),
        to_the_second(rating.accepted_at),
        level_of(rating),
        channel_of(rating),
        rating.tags,
        rating.tag_version,
        "有" if rating.has_text else "无",
        anonymous,
        rating.default_flag,
        unit_name(rating.unit),
        rating.handler,
        rating.dept_code,
        rating.dept_name,
        rating.task_code,
        rating.task_handle_item,
        rating.task_name,
        rating.case_no,
    )
