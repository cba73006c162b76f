"""What the data quality check (数据质检) looks for in one rating, with and without the item directory (TJ-15, TJ-24).

Decides the definitions. `adapters.quality` counts by them in SQL; the functions here say the same of a single rating
in plain Python. What the intake refuses already (unknown digits and tags, tags of another level, times in the future)
or does not keep (the name of somebody anonymous) cannot be among stored ratings and is not looked for again.

Of the five fields TJ-24 says only that they must match. What matching means for each of them is this project's reading.
"""

from collections.abc import Iterable, Mapping

from models.quality import Check, DirectoryItem, ItemField, Match, RatingFacts
from models.ratings import RatingOrigin
from policy.code_systems import ACTIVE_TAGS, DEFAULT_FLAG, RETIRED_TAGS
from policy.rating_rules import origin_of


class Items:
    """The item directory of a place, as far as ratings are compared with it."""

    def __init__(self, rows: Iterable[DirectoryItem]) -> None:
        rows = list(rows)
        self.codes = {row.task_code for row in rows}
        self.without_handling = {row.task_code for row in rows if not row.handle_item}
        self.handling = {(row.task_code, row.handle_item) for row in rows if row.handle_item}
        self.handling_codes = {row.handle_item for row in rows if row.handle_item}
        self.names = {(row.task_code, row.task_name) for row in rows}
        self.holders = {(row.task_code, row.dept_code) for row in rows}
        self.departments = {row.dept_code for row in rows}
        self.department_names = {(row.dept_code, row.dept_name) for row in rows}


def matches_of(rating: RatingFacts, items: Items) -> Mapping[ItemField, Match]:
    """How each of the five fields stands to the directory.

    Names and the department's code are compared with what the directory says of the item's code; where that is not in
    the directory there is nothing to compare with, and they count as not found.
    """
    return {
        ItemField.TASK_CODE: _found(rating.task_code, rating.task_code in items.codes),
        ItemField.HANDLE_ITEM: _handle_item(rating, items),
        ItemField.TASK_NAME: _compared(
            rating.task_name,
            rating.task_code in items.codes,
            (rating.task_code, rating.task_name) in items.names,
        ),
        ItemField.DEPT_CODE: _compared(
            rating.dept_code,
            rating.task_code in items.codes,
            (rating.task_code, rating.dept_code) in items.holders,
        ),
        ItemField.DEPT_NAME: _compared(
            rating.dept_name,
            rating.dept_code in items.departments,
            (rating.dept_code, rating.dept_name) in items.department_names,
        ),
    }


def is_default(rating: RatingFacts) -> bool:
    """Whether nobody made this rating: its source says so, its channel is the system, or it is marked as a default."""
    return origin_of(rating.origin, rating.channel, rating.default_flag) is RatingOrigin.DEFAULT


def checks_of(rating: RatingFacts) -> frozenset[Check]:
    """What is found in this rating without any directory."""
    tags = set(rating.tags.split(",")) if rating.tags else set()
    retired, active = bool(tags & RETIRED_TAGS), bool(tags & ACTIVE_TAGS.keys())
    found = {
        Check.BEFORE_ACCEPTANCE: rating.accepted_at is not None and rating.assessed_at < rating.accepted_at,
        Check.UNLISTED_UNIT: not rating.is_listed,
        Check.RETIRED_TAGS: retired,
        Check.MIXED_TAGS: retired and active,
        Check.NO_TAG_VERSION: bool(tags) and not rating.tag_version,
        Check.ANONYMITY_UNSTATED: rating.anonymous is None,
        Check.NO_HANDLER: not rating.handler,
        Check.DEFAULT_UNMARKED: is_default(rating) and rating.default_flag != DEFAULT_FLAG and not rating.origin,
        Check.DEFAULT_WITH_WORDS: is_default(rating) and (bool(tags) or rating.has_text),
    }
    return frozenset(check for check, is_found in found.items() if is_found)


def _found(code: str, is_there: bool) -> Match:
    if not code:
        return Match.MISSING
    return Match.MATCHING if is_there else Match.UNKNOWN


def _handle_item(rating: RatingFacts, items: Items) -> Match:
    """Given only if the item has one (interface family, `taskHandleItem`)."""
    task, code = rating.task_code, rating.task_handle_item
    if code:
        if (task, code) in items.handling:
            return Match.MATCHING
        return Match.CONTRADICTING if code in items.handling_codes else Match.UNKNOWN
    if task not in items.codes:
        return Match.UNKNOWN
    return Match.MATCHING if task in items.without_handling else Match.MISSING


def _compared(given: str, can_be_compared: bool, is_same: bool) -> Match:
    if not given:
        return Match.MISSING
    if not can_be_compared:
        return Match.UNKNOWN
    return Match.MATCHING if is_same else Match.CONTRADICTING
