"""What a record says, by what it is recognised, and what two lists differ in."""

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput
from models.pushes import Ours, PushFinding, PushKey, PushState, RecordKind, read_push_key
from models.ratings import FAMILY, Rating
from policy.code_systems import codes_of
from policy.intake import IntakeRules, RowReader, match_columns
from policy.pushing import (
    PERSONAL_FIELDS,
    SaidOfCase,
    compare,
    digest_of,
    due_until,
    rating_fields,
    told,
)
from policy.rating_fields import FIELDS
from tests.intake.support import NOW, ROW, RULES, UNITS
from tests.support.engine import at

NATIONAL = codes_of("national")
DAY = date(2026, 2, 13)
FAMILY_NAMES = {each.name for each in FIELDS if each.attributes[0] in FAMILY}


def read(**changes: str) -> Rating:
    """A rating as it comes in."""
    row = ROW | changes
    rules = IntakeRules(code_system="national", bad_levels=frozenset({1, 2}), units=UNITS, rules=RULES)
    rating = RowReader(match_columns(list(row)).index_of, rules, NOW).read(list(row.values()))
    assert isinstance(rating, Rating)
    return rating


def test_a_rating_goes_out_in_the_words_in_which_it_came_in() -> None:
    fields = rating_fields(read(), NATIONAL, with_person=True)
    assert {name: fields[name] for name in ROW} == ROW


def test_every_field_of_the_interface_family_is_there_and_no_other() -> None:
    assert rating_fields(read(), NATIONAL, with_person=True).keys() == FAMILY_NAMES


def test_nothing_of_the_evaluator_goes_out_unless_the_installation_says_so() -> None:
    fields = rating_fields(read(), NATIONAL, with_person=False)
    assert fields.keys() == FAMILY_NAMES - PERSONAL_FIELDS
    said = " ".join(str(value) for value in fields.values())
    assert not [name for name in ("userName", "certKey", "mobile") if ROW[name] in said]


def test_digits_are_those_of_the_platform_s_code_system() -> None:
    rating = read(satisfaction="1", evalDetail="113", pf="7")  # SMS in the national codes
    fields = rating_fields(rating, codes_of("zhejiang"), with_person=False)
    assert (fields["satisfaction"], fields["pf"]) == ("1", "6")
    reversed_ = rating_fields(rating, codes_of("gbt39046"), with_person=False)
    assert reversed_["satisfaction"] == "5"


def test_a_rating_by_default_says_so_where_the_code_system_has_no_such_channel() -> None:
    rating = read()._replace(channel="system_default", channel_code="")
    fields = rating_fields(rating, NATIONAL, with_person=False)
    assert (fields["pf"], fields["isProtion"]) == (None, "1")


def test_what_this_project_adds_goes_out_where_it_says_something() -> None:
    fields = rating_fields(read()._replace(origin="user", covered_matters="EZ2,EZ3"), NATIONAL, with_person=False)
    assert (fields["origin"], fields["coveredMatters"]) == ("user", "EZ2,EZ3")
    assert "visitNo" not in fields


def test_the_digest_is_that_of_the_fields_in_order_without_blanks() -> None:
    assert digest_of({"b": None, "a": "好"}) == hashlib.sha256('{"a":"好","b":null}'.encode()).hexdigest()


def test_the_last_remediation_counts_and_the_callback_after_it() -> None:
    moments = [at(f"2026-02-{day} 09:00") for day in (13, 14, 15, 16, 17)]
    said = told(
        SaidOfCase(moment, details)
        for moment, details in zip(
            moments,
            (
                {"measures": "第一次"},
                {"callback": "整改后回访", "result": "已接通", "satisfied": "不满意"},
                {"measures": "第二次"},
                {"callback": "整改后回访"},  # only begun
                {"appeal_result": "申诉成立", "ending": "不予采纳", "reason": "系统故障"},
            ),
            strict=True,
        )
    )
    assert (said.measures, said.remediated_at, said.callback) == ("第二次", moments[2], "")
    assert (said.appeal, said.ending_reason) == ("申诉成立", "系统故障")


@pytest.mark.parametrize(
    ("every", "now", "until"),
    [
        (0, "2026-02-13 17:50", "2026-02-13 17:50"),
        (60, "2026-02-13 17:50", "2026-02-13 17:00"),
        (120, "2026-02-13 17:50", "2026-02-13 16:00"),
        (1440, "2026-02-13 17:50", "2026-02-13 00:00"),
        (60, "2026-02-13 17:00", "2026-02-13 17:00"),
    ],
)
def test_in_batches_what_came_up_before_the_last_full_step_goes(every: int, now: str, until: str) -> None:
    assert due_until(at(now), timedelta(minutes=every)) == at(until)


ACCEPTED, WAITING, REFUSED = PushState.ACCEPTED, PushState.WAITING, PushState.REFUSED


@pytest.mark.parametrize(
    ("ours", "theirs", "finding"),
    [
        (Ours(ACCEPTED, "a"), "a", None),
        (Ours(ACCEPTED, "a"), None, PushFinding.MISSING_THERE),
        (Ours(ACCEPTED, "a"), "b", PushFinding.DIFFERS),
        (None, "a", PushFinding.MISSING_HERE),
        (Ours(WAITING, ""), None, None),
        (Ours(WAITING, ""), "a", PushFinding.UNACKNOWLEDGED),
        (Ours(WAITING, "a"), "b", PushFinding.UNACKNOWLEDGED),
        (Ours(WAITING, "a"), "a", None),
        (Ours(REFUSED, ""), None, None),
        (Ours(REFUSED, "a"), "b", PushFinding.DIFFERS),
    ],
)
def test_how_the_two_sides_of_a_record_stand_to_each_other(
    ours: Ours | None, theirs: str | None, finding: PushFinding | None
) -> None:
    found = compare(DAY, {"k": ours} if ours else {}, {"k": theirs} if theirs else {})
    assert [each.finding for each in found.differences] == ([finding] if finding else [])
    assert found.agreed == (ours is not None and theirs is not None and finding is None)


sides = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("12"))


@given(
    ours=st.dictionaries(st.sampled_from("abcdef"), st.builds(Ours, st.sampled_from(PushState), st.just("1"))),
    theirs=sides,
)
def test_every_record_is_counted_once(ours: dict[str, Ours], theirs: dict[str, str]) -> None:
    found = compare(DAY, ours, theirs)
    assert found.agreed + found.to_come + len(found.differences) == len(ours.keys() | theirs.keys())


@given(
    st.builds(
        PushKey,
        st.sampled_from(RecordKind),
        st.just("ezhou"),
        st.from_regex(r"\A[A-Z0-9]([A-Z0-9.-]{0,9})\Z"),
        st.integers(0, 99),
    )
)
def test_a_key_is_read_as_it_was_written(key: PushKey) -> None:
    assert read_push_key(key.text) == key


@pytest.mark.parametrize(
    "text", ["", "rating", "rating:ezhou", "rating:ezhou-X", "note:ezhou-X-1", "rating:ezhou-X-1 "]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="不是推送记录的编号"):
        read_push_key(text)
