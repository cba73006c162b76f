"""我的设置: everybody chooses for themself whether what is not urgent comes once a day."""

import pytest

from tests.web.pages import Pages, text_of


def chosen(pages: Pages) -> str:
    """The choice as the page shows it."""
    return str(pages.get("/settings").context["page"].chosen)


def test_a_choice_is_kept_for_the_person_who_made_it(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    assert chosen(pages) == "each"
    answer = pages.post("/settings", {"digest": "16"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?kept=true")
    assert chosen(pages) == "16"
    assert pages.desk.messages.digests.of("supervisor-01") == 16
    assert "已保存" in text_of(pages.get("/settings", kept="true"))
    pages.log_in("hotline-01")
    assert chosen(pages) == "each"


def test_one_by_one_again(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    pages.post("/settings", {"digest": "9"})
    pages.post("/settings", {"digest": "each"})
    assert pages.desk.messages.digests.of("supervisor-01") is None


@pytest.mark.parametrize("given", ["", "3", "23", "sixteen", "１６"])
def test_what_is_no_choice_is_refused_with_what_to_do(pages: Pages, given: str) -> None:
    pages.log_in("supervisor-01")
    answer = pages.post("/settings", {"digest": given})
    assert answer.status_code == 422
    assert "请选择逐条接收，或选择一个汇总的钟点" in text_of(answer)
    assert pages.desk.messages.digests.of("supervisor-01") is None


def test_the_page_says_what_never_waits(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    seen = text_of(pages.get("/settings"))
    assert "不予采纳通知、办结通知、申诉结果通知" in seen
    assert "总是立即发送" in seen
