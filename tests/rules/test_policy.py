"""A policy as a value: its digest, what is pinned in older cases, and values that a file may not have.

What the files of the places say, and that a wrong file is refused with key and line, stands in `test_policy_files`;
that each parameter changes an outcome, in `test_settings`.
"""

import ast
import re
from pathlib import Path

import pytest

from adapters.policy_files import JURISDICTIONS, Shelf, load_policy
from models.errors import BadPolicy
from models.kinds import CaseClass
from models.policy import CalendarScope, Policy
from models.surroundings import ACTED_UPON, Surroundings
from policy.parsing import parse_policy

ROOT = JURISDICTIONS.parent
TEXT = (JURISDICTIONS / "ezhou" / "policy.toml").read_text(encoding="utf-8")


def test_the_digest_names_the_values_and_not_the_comments() -> None:
    first = parse_policy(TEXT, "a").policy
    assert parse_policy(TEXT + "\n# a remark\n", "b").policy.digest() == first.digest()
    assert parse_policy(TEXT.replace('"1 wd"', '"2 wd"'), "c").policy.digest() != first.digest()


OFF = {
    "returns.times": 0,
    "extension.times": 0,
    "pause.times": 0,
    "lookback.percent": 0,
    "repeats.count": 0,
    "coordination": (),
    "escalation_ladder": (),
    "measure_limits": {},
    "interview_trigger": (),
    "appeal_enabled": False,
    "re_evaluation": False,
    "warn_last_day": False,
    "post_callback_required": True,
    "feedback_to_evaluator": "phone",
    "signoff_clock_start": "dispatched",
    "verify_callback_clock_start": "dispatched",
    "verify_callback_mode": "elapsed",
    "remediation_clock_start": "signed_or_signoff_deadline",
    "day_end": "24:00",
    "anonymous_case": "no_callback",
    "void_outcomes": ("mistaken", "malicious"),
}
"""How the first release handled every case, before there was a parameter for it."""


@pytest.mark.parametrize(
    ("tags", "expected"), [(("113",), {CaseClass.DIFFICULT: ("113",)}), ((), {})], ids=["tags", "no tags"]
)
def test_a_policy_pinned_by_the_first_release_is_read_and_does_what_it_did(
    tags: tuple[str, ...], expected: dict[CaseClass, tuple[str, ...]]
) -> None:
    today = load_policy("ezhou").policy.model_dump(mode="json")
    needed = {name for name, field in Policy.model_fields.items() if field.is_required()}
    pinned = Policy.model_validate({name: today[name] for name in needed} | {"difficult_tags": tags})
    assert pinned.class_tags == expected
    for name, value in OFF.items():
        key, _, part = name.partition(".")
        held = getattr(pinned, key)
        assert (getattr(held, part) if part else held) == value, name


WRONG = [
    ("half_days = 2", "half_days = 9", "callback_plan", "半天数（half_days）不能多于回访次数"),
    ('final_results = ["refused"]', 'final_results = ["reached"]', "callback_plan", "只能列出未接通的结果"),
    ("value = [50, 80]", "value = [80, 50]", "warn_at", "由小到大的百分比"),
    ("value = [50, 80]", "value = [50, 100]", "warn_at", "1 至 99 之间"),
    ("value = [1, 2]", "value = [0]", "bad_levels", "1 至 5 之间的等级"),
    ('value = ["08:00-21:00"]', 'value = ["21:00-08:00"]', "notice_hours", "时段“21:00-08:00”"),
    ('value = "1 wd"\nbasis = "stated"', 'value = "1 week"\nbasis = "stated"', "signoff_limit", "“1 week”无法识别"),
    ('source = "鄂州政办函〔2020〕27号 二(七)1：1 个工作日内签收"', "", "signoff_limit", "有依据的参数须写明 source"),
]


@pytest.mark.parametrize(("old", "new", "key", "sentence"), WRONG)
def test_a_value_that_makes_no_sense_is_refused_under_its_key(old: str, new: str, key: str, sentence: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(BadPolicy, match=rf"第 \d+ 行，参数 {key}：.*{re.escape(sentence)}"):
        parse_policy(TEXT.replace(old, new), "policy.toml")


@pytest.mark.parametrize("scope", CalendarScope)
def test_a_local_notice_stands_only_beside_a_policy_that_takes_local_ones(scope: CalendarScope, tmp_path: Path) -> None:
    (tmp_path / "ezhou" / "holidays").mkdir(parents=True)
    (tmp_path / "ezhou" / "holidays" / "2026.toml").write_text("", encoding="utf-8")
    text = re.sub(r'(?<=^\[calendar\]  # 适用的放假安排\nvalue = )"national"', f'"{scope}"', TEXT, flags=re.MULTILINE)
    (tmp_path / "ezhou" / "policy.toml").write_text(text, encoding="utf-8")
    if scope is CalendarScope.NATIONAL:
        with pytest.raises(BadPolicy, match="calendar"):
            Shelf(tmp_path).file("ezhou")
    else:
        assert Shelf(tmp_path).file("ezhou").policy.calendar is scope


STATING = {"policy/parsing.py", "models/surroundings.py"}
"""Where the parameters around the cases are checked against each other, which is no use of them."""


def test_of_the_parameters_around_the_cases_the_code_uses_what_is_said_to_be_acted_upon() -> None:
    used = set()
    for path in ROOT.rglob("*.py"):
        place = path.relative_to(ROOT)
        if place.parts[0] in ("tests", "bench") or place.parts[0].startswith(".") or str(place) in STATING:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in Surroundings.model_fields:
                used.add(node.attr)
    assert (
        used
        == ACTED_UPON
        == {
            "rated_objects",
            "batch_min",
            "once_per_visit",
            "evaluation_window",
            "evaluation_reminder",
            "default_rating",
            "default_is_active_evaluation",
            "case_sources",
            "level3_counts_as",
            "ranking_period",
            "bottom_n",
            "kpi_targets",
            "publish_fields",
            "report_periods",
            "sample_plan",
        }
    )
