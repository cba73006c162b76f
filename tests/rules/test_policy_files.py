"""The five policy files say what the documents say, and a file that is wrong is refused with key and line."""

import re
from pathlib import Path

import pytest

from adapters.policy_files import JURISDICTIONS, Shelf, load_policy
from models.errors import BadInput, BadPolicy
from models.policy import Policy
from models.surroundings import ACTED_UPON, Surroundings
from policy.parameters import GROUPS, LABELS, MUST_BE_REPLACED, said
from policy.parsing import KEYS, Basis, parse_policy

FIVE = ("ezhou", "gonghe", "taian", "xintai", "tianjin")
BASES = {"S": Basis.STATED, "D": Basis.DERIVED, "A": Basis.ASSUMPTION}
TEXT = (JURISDICTIONS / "ezhou" / "policy.toml").read_text(encoding="utf-8")

OFF = None
BOTH = ["mistaken", "malicious"]
FIVE_AND_FIFTEEN = {"general": "5 wd", "complex": "15 wd"}
PLACEHOLDER = {"simple": "1 wd", "general": "5 wd", "complex": "15 wd"}

# What the documents say, written by hand from them and not from the files: the parameter, its value in the order of
# FIVE (one value where it is the same everywhere), and on what it stands: S stated, D derived, A assumption.
TABLE: list[tuple[str, object, str]] = [
    ("bad_levels", [1, 2], "SDSDS"),
    ("level3_counts_as", "good", "AASDA"),
    ("evaluation_window", (OFF, OFF, "5 wd", "5 wd", OFF), "DASDA"),
    (
        "evaluation_reminder",
        (OFF, OFF, {"after": "1 wd", "since": "closed"}, {"after": "24 h", "since": "left"}, OFF),
        "AASSA",
    ),
    ("default_rating", (OFF, OFF, 4, 4, OFF), "AASDS"),
    ("default_is_active_evaluation", False, "AAAAA"),
    ("batch_min", 2, "AASDA"),
    ("once_per_visit", (True, False, False, True, True), "SAASS"),
    ("dispatch_limit", "at_once", "SASSS"),
    ("signoff_limit", "1 wd", "SAAAD"),
    ("signoff_clock_start", "dispatched", "AAAAA"),
    ("verify_callback_limit", "24 h", "SAAAA"),
    ("verify_callback_clock_start", "dispatched", "AAAAA"),
    ("verify_callback_mode", "elapsed", "AAAAA"),
    ("verify_callback_actor", ("hotline", "supervisor", "officer", "supervisor", "officer"), "SASSA"),
    ("callback_plan", {"attempts": 3, "half_days": 2, "final_results": ["refused"]}, "AAAAA"),
    ("anonymous_case", "no_callback", "AAAAA"),
    (
        "class_limits",
        (
            {"general": "5 wd", "difficult": "15 wd"},
            FIVE_AND_FIFTEEN,
            {"general": "5 wd"},
            FIVE_AND_FIFTEEN,
            PLACEHOLDER,
        ),
        "SADAA",
    ),
    ("priorities", (["normal"], ["normal", "fast", "urgent"], ["normal"], ["normal"], ["normal"]), "ASAAA"),
    ("remediation_clock_start", "signed_or_signoff_deadline", "AAAAA"),
    ("advisory_cap", ("15 cd", OFF, OFF, OFF, OFF), "SAAAA"),
    ("written_feedback", (True, False, False, False, False), "SAAAA"),
    ("feedback_to_evaluator", ("phone", "sms", "sms", "sms", "phone"), "ASSSS"),
    ("appeal_enabled", (True, False, True, True, True), "SASDS"),
    ("appeal_by", (["staff", "unit"], ["staff"], ["staff"], ["staff"], ["staff", "unit"]), "AASDA"),
    ("appeal_window", "3 wd", "AASDA"),
    ("appeal_review_limit", "3 wd", "AASDA"),
    ("appeal_second_confirm", ("none", "none", "managing_unit", "managing_unit", "none"), "AASDA"),
    ("appeal_pauses_remediation", True, "AAAAA"),
    ("void_outcomes", BOTH, "SASDA"),
    ("credit_export", False, "AADAA"),
    ("post_callback_required", True, "SSSSS"),
    ("post_callback_limit", ("5 wd", "1 wd", "5 wd", "5 wd", "5 wd"), "AASDA"),
    ("post_callback_actor", ("hotline", "supervisor", "supervisor", "supervisor", "hotline"), "SASAS"),
    ("rework_rounds", 1, "AAAAA"),
    ("re_evaluation", (False, False, False, True, False), "AAASA"),
    (
        "lookback",
        (
            {"percent": 0, "within": None},
            {"percent": 20, "within": "30 cd"},
            *[{"percent": 0, "within": None}] * 3,
        ),
        "AAAAA",
    ),
    ("warn_at", [50, 80], "AAAAA"),
    ("warn_last_day", True, "AAAAA"),
    ("day_end", "24:00", "DDDDD"),
    ("calendar", ("national", "national_and_local", "national", "national", "national"), "DDDDD"),
    (
        "bottom_n",
        (
            {"last": 0, "in_a_row": 1},
            {"last": 0, "in_a_row": 1},
            {"last": 3, "in_a_row": 2},
            {"last": 3, "in_a_row": 1},
            {"last": 0, "in_a_row": 1},
        ),
        "AAASA",
    ),
    (
        "ranking_period",
        (["annual"], ["monthly", "quarterly"], ["periodic"], ["quarterly"], ["monthly"]),
        "SSASA",
    ),
    (
        "sample_plan",
        (
            OFF,
            OFF,
            {"period": "quarterly", "people": None, "windows": None, "centres": None},
            {"period": "monthly", "people": 100, "windows": 10, "centres": 5},
            OFF,
        ),
        "AASSA",
    ),
    (
        "kpi_targets",
        (
            {"real_name_closed_loop_rate": 100},
            {},
            {},
            {"verified_rate": 100, "on_time_rate": 100},
            {"remediation_rate": 100, "callback_rate": 100},
        ),
        "SAASS",
    ),
]

CELLS = [
    (jurisdiction, key, values[place] if isinstance(values, tuple) else values, BASES[bases[place]])
    for key, values, bases in TABLE
    for place, jurisdiction in enumerate(FIVE)
]


@pytest.mark.parametrize(("jurisdiction", "key", "expected", "basis"), CELLS, ids=[f"{c[0]}-{c[1]}" for c in CELLS])
def test_a_parameter_is_what_the_documents_say(jurisdiction: str, key: str, expected: object, basis: Basis) -> None:
    file = load_policy(jurisdiction)
    holder = file.policy if key in Policy.model_fields else file.surroundings
    assert holder.model_dump(mode="json")[key] == expected
    assert file.parameters[key].basis is basis


LADDERS = {
    "ezhou": [(0, "urge"), (1, "supervise"), (3, "circular"), (5, "referral")],
    "gonghe": [(0, "remind"), (1, "special_ledger"), (2, "leader_takeover"), (3, "joint_conference")],
    "taian": [(0, "urge"), (1, "supervise"), (3, "interview"), (5, "referral")],
    "xintai": [(0, "urge"), (1, "supervise"), (3, "interview")],
    "tianjin": [(0, "urge"), (1, "supervise"), (3, "circular")],
}


@pytest.mark.parametrize("jurisdiction", FIVE)
def test_the_ladder_climbs_as_the_documents_name_its_rungs(jurisdiction: str) -> None:
    ladder = load_policy(jurisdiction).policy.escalation_ladder
    assert [(rung.after, rung.measure) for rung in ladder] == LADDERS[jurisdiction]
    assert all(set(rung.tell) >= {"officer", "head", "supervisor"} for rung in ladder)


EXTENSIONS = {
    "ezhou": (1, {"general", "difficult"}),
    "gonghe": (1, {"general", "complex"}),
    "taian": (0, set()),
    "xintai": (1, {"general", "complex"}),
    "tianjin": (1, {"complex"}),
}


@pytest.mark.parametrize("jurisdiction", FIVE)
def test_extensions_are_allowed_as_the_documents_allow_them(jurisdiction: str) -> None:
    rule = load_policy(jurisdiction).policy.extension
    assert (rule.times, {str(each) for each in rule.classes}) == EXTENSIONS[jurisdiction]


def test_all_five_are_there_and_each_is_called_by_its_folder() -> None:
    assert set(FIVE) <= set(Shelf().ids())
    assert [load_policy(each).policy.jurisdiction for each in FIVE] == list(FIVE)
    assert len({load_policy(each).policy.digest() for each in FIVE}) == len(FIVE)


@pytest.mark.parametrize("jurisdiction", Shelf().ids())
class TestEachFile:
    def test_states_every_parameter_with_what_it_stands_on(self, jurisdiction: str) -> None:
        file = load_policy(jurisdiction)
        assert set(file.parameters) == set(KEYS)
        assert set(KEYS) == {*Policy.model_fields, *Surroundings.model_fields} - {"jurisdiction", "name"}
        for key, each in file.parameters.items():
            assert each.note if each.basis is Basis.ASSUMPTION else each.source, key

    def test_says_every_value_in_chinese(self, jurisdiction: str) -> None:
        file = load_policy(jurisdiction)
        for key in LABELS:
            words = re.sub(r"12345|national|24:00|\d+|[-:、；]", "", said(file, key))
            assert not re.search(r"[A-Za-z_{}\[\]]", words), (key, said(file, key))

    def test_calls_each_parameter_beside_it_as_it_is_shown(self, jurisdiction: str) -> None:
        text = (JURISDICTIONS / jurisdiction / "policy.toml").read_text(encoding="utf-8")
        assert dict(re.findall(r"^\[(\w+)\]  # (.+)$", text, re.MULTILINE)) == LABELS


def test_every_parameter_has_one_name_and_one_place() -> None:
    named = [key for group in GROUPS for key in group.labels]
    assert sorted(named) == sorted(KEYS)
    assert len(set(LABELS.values())) == len(LABELS)
    assert set(Surroundings.model_fields) >= ACTED_UPON


def test_only_the_classes_of_tianjin_must_be_replaced_before_use() -> None:
    marked = {
        (each, key)
        for each in FIVE
        for key, parameter in load_policy(each).parameters.items()
        if MUST_BE_REPLACED in parameter.note
    }
    assert marked == {("tianjin", "class_limits")}


# Files that are wrong: what is changed in Ezhou's, and the key and the sentence with which it is refused.


def _section(key: str, text: str = TEXT) -> str:
    found = re.search(rf"^\[{key}\].*?(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, key
    return found[0]


def _with(key: str, value: str) -> str:
    """Ezhou's file with another value of one parameter, as an assumption."""
    return TEXT.replace(_section(key), f'[{key}]\nvalue = {value}\nbasis = "assumption"\nnote = "试"\n\n')


def _refused(text: str) -> list[str]:
    with pytest.raises(BadPolicy) as refused:
        parse_policy(text, "policy.toml")
    return str(refused.value).splitlines()


def _line(key: str, text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(f"[{key}]"))


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_parameter_is_refused_although_the_model_has_a_default(key: str) -> None:
    assert _refused(TEXT.replace(_section(key), "")) == [f"policy.toml，参数 {key}：缺少该参数"]


CONTRADICTIONS = [
    ("class_tags", '{ complex = ["108"] }', "class_limits 中的类别，其中没有 complex"),
    ("escalation_ladder", '[{ after = 0, measure = "leader_takeover", tell = ["officer"] }]', "coordination 中没有"),
    ("escalation_ladder", '[{ after = 1, measure = "urge", tell = ["officer"] }]', "须从 after = 0"),
    ("escalation_ladder", '[{ after = 0, measure = "urge", tell = ["admin"] }]', "没有写明怎样通知 admin"),
    ("measure_limits", '{ supervise = "5 wd" }', "measure_limits 中没有 circular"),
    ("interview_trigger", '["leader_takeover"]', "coordination 中没有 leader_takeover"),
    ("notice_channels", '{ hotline = ["mail"], head = ["sms"] }', "没有写明怎样通知 officer（整改责任人）"),
    ("priorities", '["urgent"]', "priorities 须包含 normal"),
    ("appeal_by", "[]", "须写明由谁提出"),
    ("appeal_reviewer", '""', "须写明由谁复核"),
    ("report_office", '" "', "须写明办结报告报给谁"),
    ("code_system", '"martian"', "没有编码体系“martian”"),
    ("bad_levels", "[1, 2, 3]", "把第 3 级列为差评"),
    ("default_rating", "4", "须有评价期（evaluation_window）"),
    ("default_is_active_evaluation", "true", "没有默认评价（default_rating）"),
    ("credit_export", "true", "只能为 false"),
    ("bottom_n", "{ last = 0, in_a_row = 2 }", "就要写末几名"),
    ("extension", "{ times = 1 }", "须同时填写或同时为空"),
    ("pause", '{ times = 1, reasons = { x = "x" } }', "须同时填写或同时为空"),
    ("lookback", "{ percent = 20 }", "须同时填写或同时为空"),
    ("repeats", '{ count = 1, within = "90 cd", by = ["item"] }', "至少要两次"),
    ("signoff_clock_start", '"signed"', "不能从签收起算"),
    ("case_sources", '["channels", "channels"]', "channels 重复"),
]
BLAMED = {"bad_levels": "level3_counts_as", "measure_limits": "escalation_ladder", "appeal_by": "appeal_enabled"}
"""A contradiction of two parameters is reported at one of them; here at the other one than was changed."""


@pytest.mark.parametrize(("key", "value", "sentence"), CONTRADICTIONS)
def test_a_contradiction_is_refused_at_the_line_of_its_parameter(key: str, value: str, sentence: str) -> None:
    text = _with(key, value)
    blamed = BLAMED.get(key, key)
    if "怎样通知" in sentence:
        blamed = "notice_channels"
    [said_first, *_] = _refused(text)
    assert said_first.startswith(f"policy.toml 第 {_line(blamed, text)} 行，参数 {blamed}：")
    assert sentence in said_first


VALUES = [
    ("rework_rounds", '"one"', "应为整数"),
    ("rework_rounds", "10", "不得大于 9"),
    ("batch_min", "1", "不得小于 2"),
    ("written_feedback", '"perhaps"', "应为 true 或 false"),
    ("void_outcomes", '["stupid"]', "“stupid”不在可选的值之中：founded、mistaken、malicious"),
    ("warn_at", '"50%"', "应为数组"),
    ("extension", '"off"', "应为表"),
    ("callback_plan", "{ attempts = 3, half_days = 2, final_results = [], tries = 1 }", "tries 不认识的项"),
    ("callback_plan", "{ attempts = 3, final_results = [] }", "half_days 缺少该项"),
    ("pause", '{ times = 1, ceiling = "10 days", reasons = { x = "x" } }', "时限“10 days”无法识别"),
    ("signoff_limit", '"off"', "时限“off”无法识别"),
    ("rated_objects", "[]", "至少要有 1 项"),
    ("level_label_sets", '[["好", "差"]]', "至少要有 5 项"),
    ("kpi_targets", "{ verified_rate = 101 }", "verified_rate 不得大于 100"),
]


@pytest.mark.parametrize(("key", "value", "sentence"), VALUES)
def test_a_value_that_cannot_be_is_refused_in_chinese_with_its_line(key: str, value: str, sentence: str) -> None:
    text = _with(key, value)
    [said_first, *_] = _refused(text)
    assert said_first.startswith(f"policy.toml 第 {_line(key, text)} 行，参数 {key}：")
    assert sentence in said_first


def test_all_faults_are_said_at_once_in_the_order_of_the_file() -> None:
    text = _with("rework_rounds", '"one"').replace(_section("pause"), "").replace('"24 h"', '"a day"')
    assert [re.search(r"参数 (\w+)", line)[1] for line in _refused(text)] == [  # type: ignore[index]
        "pause",
        "verify_callback_limit",
        "rework_rounds",
    ]


OTHERS = [
    (TEXT + "\n[surprise]\nvalue = 1\n", r"第 \d+ 行，参数 surprise：不认识的参数"),
    (TEXT.replace('basis = "stated"\n', "", 1), r"第 \d+ 行，参数 level_label_sets：basis 缺少该项"),
    (TEXT.replace('basis = "stated"', 'basis = "certain"', 1), "basis “certain”不在可选的值之中：stated、derived"),
    (TEXT + "\n[pause]\nvalue = 1\n", r"第 \d+ 行第 \d+ 列：不是正确的 TOML 文件：\[pause\] 出现了两次"),
    (TEXT.replace('jurisdiction = "ezhou"', 'jurisdiction = "E Zhou"'), "第 12 行，参数 jurisdiction：只能用小写字母"),
    (TEXT.replace('name = "鄂州市"', ""), "参数 name：须写在文件开头"),
    (TEXT.replace("[pause]", "[[pause]]"), r"参数 pause：参数须写成 \[参数名\] 一节"),
    ("", "参数 signoff_limit：缺少该参数"),
]


@pytest.mark.parametrize(("text", "sentence"), OTHERS)
def test_a_file_that_is_no_policy_is_refused(text: str, sentence: str) -> None:
    assert re.search(sentence, "\n".join(_refused(text)))


def _folder(root: Path, name: str, text: str) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_policy_of_the_national_calendar_beside_local_holidays_is_refused(tmp_path: Path) -> None:
    holidays = _folder(tmp_path, "ezhou", TEXT) / "holidays"
    holidays.mkdir()
    (holidays / "README.md").write_text("没有", encoding="utf-8")
    assert Shelf(tmp_path).file("ezhou").policy.name == "鄂州市"
    (holidays / "2026.toml").write_text("", encoding="utf-8")
    with pytest.raises(BadPolicy, match=rf"第 {_line('calendar', TEXT)} 行，参数 calendar：.*2026\.toml"):
        Shelf(tmp_path).file("ezhou")


def test_a_policy_in_the_folder_of_another_place_is_refused(tmp_path: Path) -> None:
    _folder(tmp_path, "elsewhere", TEXT)
    with pytest.raises(BadPolicy, match="第 12 行，参数 jurisdiction：与文件夹的名称“elsewhere”不一致"):
        Shelf(tmp_path).file("elsewhere")


@pytest.mark.parametrize("name", ["nowhere", "_shared", "../ezhou", ""])
def test_an_unknown_place_names_the_known_ones(name: str) -> None:
    with pytest.raises(BadInput, match=r"没有名为.*已有：.*ezhou"):
        Shelf().file(name)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="打不开文件"):
        Shelf().parse(tmp_path / "policy.toml")
    (tmp_path / "policy.toml").write_bytes(TEXT.encode("gb18030"))
    with pytest.raises(BadPolicy, match="文件编码必须是 UTF-8"):
        Shelf().parse(tmp_path / "policy.toml")
