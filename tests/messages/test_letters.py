"""Every letter of every jurisdiction: complete, known words only, short enough, nothing personal."""

import re
from pathlib import Path

import pytest
from jinja2 import meta

from adapters.letters import LINK, LetterError, Letters, sms_parts
from adapters.policy_files import Shelf
from models.kinds import MeasureKind
from models.notices import LETTER_CHANNELS, NEEDED_FACTS, TO_EVALUATOR, Channel, Fact, Message, NoticeKind
from tests.messages.support import FACTS, ROOT, message

LETTERS = Letters(ROOT / "jurisdictions")
LETTER_KINDS = [kind for kind in NoticeKind if set(LETTER_CHANNELS) & set(kind.channels)]
MAIL_KINDS = [kind for kind in LETTER_KINDS if Channel.MAIL in kind.channels]
JURISDICTIONS = Shelf().ids()
PARTS = {Channel.SMS: ("sms.txt",), Channel.MAIL: ("subject.txt", "mail.txt")}
POSSIBLE = {f"{kind}/{part}" for kind in LETTER_KINDS for channel in kind.channels for part in PARTS.get(channel, ())}
FILES = sorted((ROOT / "jurisdictions").glob("*/letters/**/*.txt"))
PERSONAL = re.compile(r"mobile|phone|cert|user_?name|evaluator|userName|身份证|手机|联系电话|姓名")

LONGEST = FACTS | {
    "case_no": "somewhere-" + "9" * 50 + "-12",
    "item_name": "企业投资项目备案变更及建设工程规划许可证延续办理事项" * 3,
    "unit_name": "鄂州市葛店经济技术开发区行政审批局政务服务中心（演示）" * 2,
    "task_name": "确认不予采纳",
    "clock_name": "不予采纳确认时限",
    "due": "2026年12月30日（星期三，暂定，待公布放假安排后确认）24:00前",
    "days_late": "120",
    "reason": "说明" * 200,
    "ending": "办结（整改后回访未能完成）",
    "closed_at": "2026年12月30日（星期三）23:59",
    "old_due": "2026年12月28日（星期一，暂定，待公布放假安排后确认）24:00前",
    "measure": "列入专门台账",
    "document_no": "演示市政务服务督查〔2026〕第123456号文件",
    "responsible": "演示·葛店经济技术开发区整改责任人",
    "measures": "整改" * 400,
    "units": "演示·人力资源和社会保障局、" * 20,
    "appeal_result": "申诉不成立，维持原评价",
    "finding": "恶意差评",
    "result": "说明" * 200,
    "notice_count": "1200",
    "notice_kinds": "办结通知1000条、不予采纳通知100条、申诉结果通知100条" * 2,
    "notice_lines": "  · 办结通知：ezhou-1-1（社会保障卡申领），办结（回访满意）\n" * 1200,
}


NAMED_IN_SUBJECT = {
    NoticeKind.DIGEST: "notice_kinds",
    NoticeKind.PERIODIC_WORK: "period",
    NoticeKind.POINTS_KEPT: "period",
}
"""The fact by which the reader knows what a mail is about, where that is not a case."""

LONGEST_LINK = "https://haochaping.ezhou-shizheng.gov.example/c/" + "W" * 22


def letter(kind: NoticeKind, channel: Channel, facts: dict[str, str | None], jurisdiction: str) -> Message:
    """A letter with these facts."""
    return message(kind=kind, channel=channel).model_copy(update={"context": facts, "jurisdiction": jurisdiction})


def test_every_jurisdiction_has_letters() -> None:
    assert len(JURISDICTIONS) >= 5


def _letters_in(folder: str) -> set[str]:
    shelf = ROOT / "jurisdictions" / folder / "letters"
    found = {str(path.relative_to(shelf)) for path in shelf.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith("_")}


def test_every_letter_that_can_occur_exists_among_the_shared_ones_and_no_other() -> None:
    assert _letters_in("_shared") == POSSIBLE


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_a_jurisdiction_replaces_only_letters_that_exist(jurisdiction: str) -> None:
    assert _letters_in(jurisdiction) <= POSSIBLE


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_a_jurisdiction_signs_with_its_own_name(jurisdiction: str) -> None:
    name = Shelf().file(jurisdiction).policy.name
    assert name[:2] in LETTERS.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS, jurisdiction))[:6]
    body = LETTERS.mail(letter(NoticeKind.TASK_ASSIGNED, Channel.MAIL, FACTS, jurisdiction)).body
    others = {Shelf().file(other).policy.name[:2] for other in JURISDICTIONS if other != jurisdiction}
    assert f"{name}政务服务“好差评”差评整改系统" in body
    facts = {str(fact) for fact in FACTS.values()}
    assert [other for other in others if other in body and not any(other in fact for fact in facts)] == []


def test_a_jurisdiction_may_replace_a_single_letter_and_keeps_the_others(tmp_path: Path) -> None:
    for folder in ("_shared", "somewhere"):
        for kind in ("task_assigned", "urged"):
            path = tmp_path / folder / "letters" / kind / "sms.txt"
            path.parent.mkdir(parents=True)
            path.write_text(f"{folder} {{{{ case_no }}}}", encoding="utf-8")
    (tmp_path / "somewhere" / "letters" / "urged" / "sms.txt").unlink()
    letters = Letters(tmp_path)
    case_no = FACTS["case_no"]
    assert letters.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS, "somewhere")) == f"somewhere {case_no}"
    assert letters.sms(letter(NoticeKind.URGED, Channel.SMS, FACTS, "somewhere")) == f"_shared {case_no}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "jurisdictions")))
def test_a_letter_asks_only_for_known_facts(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    asked = meta.find_undeclared_variables(LETTERS.shelf(JURISDICTIONS[0]).parse(source))
    assert asked <= {fact.value for fact in Fact} | {LINK}
    assert not PERSONAL.search("".join(re.findall(r"\{[{%].*?[%}]\}", source)))


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("kind", LETTER_KINDS)
class TestEachSms:
    def test_needs_no_more_than_its_kind_must_have(self, kind: NoticeKind, jurisdiction: str) -> None:
        facts = {fact.value: FACTS[fact.value] for fact in NEEDED_FACTS[kind]}
        assert "None" not in LETTERS.sms(letter(kind, Channel.SMS, facts, jurisdiction))

    def test_fits_into_three_sms_at_its_longest(self, kind: NoticeKind, jurisdiction: str) -> None:
        text = LETTERS.sms(letter(kind, Channel.SMS, LONGEST, jurisdiction), LONGEST_LINK)
        assert sms_parts(text) <= 3, f"{len(text)} characters: {text}"
        assert "\n" not in text
        assert text.startswith("【")


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("kind", MAIL_KINDS)
class TestEachMail:
    def test_needs_no_more_than_its_kind_must_have(self, kind: NoticeKind, jurisdiction: str) -> None:
        facts = {fact.value: FACTS[fact.value] for fact in NEEDED_FACTS[kind]}
        mail = LETTERS.mail(letter(kind, Channel.MAIL, facts, jurisdiction))
        assert "None" not in mail.subject + mail.body

    def test_says_everything_that_its_kind_must_have(self, kind: NoticeKind, jurisdiction: str) -> None:
        body = LETTERS.mail(letter(kind, Channel.MAIL, FACTS, jurisdiction)).body
        assert [fact for fact in NEEDED_FACTS[kind] if str(FACTS[fact.value]) not in body] == []

    def test_has_no_lines_run_together_or_torn_apart(self, kind: NoticeKind, jurisdiction: str) -> None:
        body = LETTERS.mail(letter(kind, Channel.MAIL, FACTS, jurisdiction)).body
        assert not re.search(r"\n\n\n|^[，。；）]|[\u4e00-\u9fff] {2,}[\u4e00-\u9fff]", body, re.MULTILINE), body

    def test_has_a_subject_of_one_line_that_names_what_it_is_about(self, kind: NoticeKind, jurisdiction: str) -> None:
        facts = FACTS | {
            "item_name": "社保卡\r\nBcc: someone@example.invalid",
            "task_name": "签收\r\nX-Evil: 1",
        }
        subject = LETTERS.mail(letter(kind, Channel.MAIL, facts, jurisdiction)).subject
        assert "\n" not in subject
        assert "\r" not in subject
        assert str(FACTS[NAMED_IN_SUBJECT.get(kind, "case_no")]) in subject


@pytest.mark.parametrize("kind", TO_EVALUATOR)
def test_what_the_evaluator_gets_says_which_matter_it_is_about(kind: NoticeKind) -> None:
    text = LETTERS.sms(letter(kind, Channel.SMS, FACTS, JURISDICTIONS[0]))
    assert [fact for fact in NEEDED_FACTS[kind] if str(FACTS[fact.value]) not in text] == []


@pytest.mark.parametrize("kind", [NoticeKind.APPEAL_RIGHTS, NoticeKind.APPEAL_DECIDED])
def test_a_letter_about_an_appeal_names_who_reviews_it_where_that_is_known(kind: NoticeKind) -> None:
    facts = FACTS | {"responsible": "市行政审批局"}
    assert "  复核单位：市行政审批局\n" in LETTERS.mail(letter(kind, Channel.MAIL, facts, "ezhou")).body
    assert "复核单位" not in LETTERS.mail(letter(kind, Channel.MAIL, FACTS | {"responsible": None}, "ezhou")).body


@pytest.mark.parametrize("measure", list(MeasureKind))
def test_the_document_of_a_measure_has_number_facts_demand_and_deadline(measure: MeasureKind) -> None:
    facts = FACTS | {"measure": measure.label}
    body = LETTERS.mail(letter(NoticeKind.MEASURE_ISSUED, Channel.MAIL, facts, "ezhou")).body
    assert f"{measure.label}通知书" in body
    parts = body.split("一、事实")[1].split("二、要求")[0], body.split("二、要求")[1].split("三、期限")[0]
    assert str(FACTS["document_no"]) in body.split("一、事实")[0]
    assert str(FACTS["reason"]) in parts[0]
    assert len(parts[1].strip()) > 20
    assert str(FACTS["due"]) in body.split("三、期限")[1]


def test_each_measure_demands_something_else() -> None:
    demands = {
        LETTERS.mail(letter(NoticeKind.MEASURE_ISSUED, Channel.MAIL, FACTS | {"measure": measure.label}, "ezhou"))
        .body.split("二、要求")[1]
        .split("三、期限")[0]
        for measure in MeasureKind
    }
    assert len(demands) == len(MeasureKind)


@pytest.mark.parametrize(
    ("length", "parts"),
    [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)],
)
def test_a_long_sms_is_counted_in_parts_of_67(length: int, parts: int) -> None:
    assert sms_parts("评" * length) == parts


def test_a_character_beyond_the_first_plane_counts_twice() -> None:
    assert sms_parts("评" * 69 + "𠮷") == 2


def test_a_letter_with_a_missing_fact_is_not_written() -> None:
    with pytest.raises(LetterError, match=r"task_assigned/sms\.txt 无法生成内容：有一项内容为空"):
        LETTERS.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS | {"due": None}, "ezhou"))


def test_a_template_sees_no_other_names_and_no_python(tmp_path: Path) -> None:
    directory = tmp_path / "somewhere" / "letters" / "task_assigned"
    directory.mkdir(parents=True)
    (directory / "sms.txt").write_text("{{ mobile }}", encoding="utf-8")
    (directory / "subject.txt").write_text("{{ due.__class__.__mro__ }}", encoding="utf-8")
    letters = Letters(tmp_path)
    with pytest.raises(LetterError, match="'mobile' is undefined"):
        letters.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS, "somewhere"))
    with pytest.raises(LetterError, match="unsafe"):
        letters.mail(letter(NoticeKind.TASK_ASSIGNED, Channel.MAIL, FACTS, "somewhere"))


@pytest.mark.parametrize(
    ("jurisdiction", "why"),
    [
        ("elsewhere", "没有地区“elsewhere”的文件夹"),
        ("../ezhou", "地区标识“../ezhou”不合规"),
    ],
)
def test_a_jurisdiction_without_a_folder_is_named(jurisdiction: str, why: str) -> None:
    with pytest.raises(LetterError, match=re.escape(why)):
        LETTERS.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS, jurisdiction))
