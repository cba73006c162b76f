"""Every letter of every jurisdiction: complete, known words only, short enough, nothing personal."""

import re
from pathlib import Path

import pytest
from jinja2 import meta

from adapters.letters import LetterError, Letters, sms_parts
from models.notices import LETTER_CHANNELS, NEEDED_FACTS, Channel, Fact, Message, NoticeKind
from tests.messages.support import FACTS, ROOT, message

LETTERS = Letters(ROOT / "jurisdictions")
LETTER_KINDS = [kind for kind in NoticeKind if set(LETTER_CHANNELS) & set(kind.channels)]
JURISDICTIONS = sorted(path.parent.name for path in (ROOT / "jurisdictions").glob("*/letters"))
PARTS = ("sms.txt", "subject.txt", "mail.txt")
FILES = sorted(path for name in JURISDICTIONS for path in (ROOT / "jurisdictions" / name / "letters").rglob("*.txt"))
PERSONAL = re.compile(r"mobile|phone|cert|user_?name|evaluator|userName|身份证|手机|联系电话|姓名")

LONGEST = FACTS | {
    "case_no": "ezhou-" + "9" * 50 + "-12",
    "item_name": "企业投资项目备案变更及建设工程规划许可证延续办理事项" * 3,
    "unit_name": "鄂州市葛店经济技术开发区行政审批局政务服务中心（演示）" * 2,
    "task_name": "确认不予采纳",
    "clock_name": "不予采纳确认时限",
    "due": "2026年12月30日（星期三，暂定，待公布放假安排后确认）24:00前",
    "days_late": "120",
    "reason": "说明" * 200,
    "ending": "办结（整改后回访未能完成）",
    "closed_at": "2026年12月30日（星期三）23:59",
}


def letter(kind: NoticeKind, channel: Channel, facts: dict[str, str | None], jurisdiction: str) -> Message:
    """A letter with these facts."""
    return message(kind=kind, channel=channel).model_copy(update={"context": facts, "jurisdiction": jurisdiction})


def test_there_is_a_jurisdiction_with_letters() -> None:
    assert "ezhou" in JURISDICTIONS


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_letter_that_can_occur_exists_and_no_other(jurisdiction: str) -> None:
    shelf = ROOT / "jurisdictions" / jurisdiction / "letters"
    found = {str(path.relative_to(shelf)) for path in shelf.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith("_")} == {
        f"{kind.value}/{part}" for kind in LETTER_KINDS for part in PARTS
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "jurisdictions")))
def test_a_letter_asks_only_for_known_facts(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    asked = meta.find_undeclared_variables(
        LETTERS.shelf(path.relative_to(ROOT / "jurisdictions").parts[0]).parse(source)
    )
    assert asked <= {fact.value for fact in Fact}
    assert not PERSONAL.search("".join(re.findall(r"\{[{%].*?[%}]\}", source)))


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("kind", LETTER_KINDS)
class TestEachLetter:
    def test_needs_no_more_than_its_kind_must_have(self, kind: NoticeKind, jurisdiction: str) -> None:
        facts = {fact.value: FACTS[fact.value] for fact in NEEDED_FACTS[kind]}
        sms = LETTERS.sms(letter(kind, Channel.SMS, facts, jurisdiction))
        mail = LETTERS.mail(letter(kind, Channel.MAIL, facts, jurisdiction))
        assert "None" not in sms + mail.subject + mail.body

    def test_says_everything_that_its_kind_must_have(self, kind: NoticeKind, jurisdiction: str) -> None:
        body = LETTERS.mail(letter(kind, Channel.MAIL, FACTS, jurisdiction)).body
        assert [fact for fact in NEEDED_FACTS[kind] if str(FACTS[fact.value]) not in body] == []

    def test_fits_into_three_sms_at_its_longest(self, kind: NoticeKind, jurisdiction: str) -> None:
        text = LETTERS.sms(letter(kind, Channel.SMS, LONGEST, jurisdiction))
        assert sms_parts(text) <= 3, f"{len(text)} characters: {text}"
        assert "\n" not in text
        assert text.startswith("【")

    def test_has_a_subject_of_one_line_that_names_the_case(self, kind: NoticeKind, jurisdiction: str) -> None:
        facts = FACTS | {
            "item_name": "社保卡\r\nBcc: someone@example.invalid",
            "task_name": "签收\r\nX-Evil: 1",
        }
        subject = LETTERS.mail(letter(kind, Channel.MAIL, facts, jurisdiction)).subject
        assert "\n" not in subject
        assert "\r" not in subject
        assert str(FACTS["case_no"]) in subject


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
        ("elsewhere", "地区“elsewhere”缺少信函模板 task_assigned/sms.txt"),
        ("../ezhou", "地区标识“../ezhou”不合规"),
    ],
)
def test_a_jurisdiction_without_letters_is_named(jurisdiction: str, why: str) -> None:
    with pytest.raises(LetterError, match=re.escape(why)):
        LETTERS.sms(letter(NoticeKind.TASK_ASSIGNED, Channel.SMS, FACTS, jurisdiction))
