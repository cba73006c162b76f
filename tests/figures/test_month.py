"""A month whose every figure is worked out by hand, as of its end and as of four days later."""

from adapters.figures import CountedFigures
from casework.figures import figure_text
from models.figures import FigureKind, FigurePeriod, FigureRow, Grouping, Part
from tests.figures.month import AT_THE_END, LATER, Month
from tests.figures.stored import CALENDAR, counted_by_hand, parts_of, question
from tests.support.engine import at


def book_of(month: Month) -> CountedFigures:
    """The figures of the month's desk."""
    return CountedFigures(month.pages.installation.engine, lambda _: CALENDAR)


AS_OF_THE_END = {
    # 13 good and 7 bad ratings are complete by then; C is not adopted.
    FigureKind.N_EVAL: ((19, None), "19"),
    FigureKind.DEFAULT_RATE: ((1, 19), "5.2%（1/19）"),
    # Of good-1, good-9 and the one that nobody rated; good-9 has a default only.
    FigureKind.ACTIVE_RATE: ((1, 3), "33.3%（1/3）"),
    FigureKind.UNRATED_RATE: ((1, 3), "33.3%（1/3）"),
    FigureKind.GOOD_RATE: ((13, 19), "68.4%（13/19）"),
    # The default one is left out on both sides.
    FigureKind.USER_GOOD_RATE: ((12, 18), "66.6%（12/18）"),
    # A B D E F G.
    FigureKind.BAD_RATE: ((6, 19), "31.5%（6/19）"),
    # C of A to G.
    FigureKind.VOID_RATE: ((1, 7), "14.2%（1/7）"),
    # Item T1: A, B, D, F and the one of February. RS-0217 has two without C, T3 has two.
    FigureKind.REPEAT_INDEX: ((1, None), "1"),
    # There is no platform to push to.
    FigureKind.PUSH_RATE: ((0, 0), "—"),
    # All seven fell due; B was late, nobody signed for G.
    FigureKind.SIGNOFF_ON_TIME: ((5, 7), "71.4%（5/7）"),
    # Without B, which is anonymous; G has no result.
    FigureKind.VERIFIED_RATE: ((5, 6), "83.3%（5/6）"),
    FigureKind.CALLBACK_RATE: ((5, 6), "83.3%（5/6）"),
    # A C F at the first call, D after the remediation; E refused.
    FigureKind.CALLBACK_REACHED_RATE: ((4, 6), "66.6%（4/6）"),
    # Due: A, B, D, D's second round, E, F. C was not adopted, G was never signed for.
    FigureKind.REMEDIATION_RATE: ((4, 6), "66.6%（4/6）"),
    FigureKind.ON_TIME_RATE: ((4, 6), "66.6%（4/6）"),
    # D needed the extension.
    FigureKind.ON_TIME_RATE_UNEXTENDED: ((3, 6), "50.0%（3/6）"),
    FigureKind.EXTENSION_RATE: ((1, 6), "16.6%（1/6）"),
    # A and F yes, D no.
    FigureKind.CALLBACK_SATISFACTION_RATE: ((2, 3), "66.6%（2/3）"),
    # A, D, E, F; E was not put right.
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE: ((3, 4), "75.0%（3/4）"),
    # A's; F's is decided in April.
    FigureKind.APPEAL_UPHELD_RATE: ((0, 1), "0%（0/1）"),
    # A 3, B 6 (5, 6, 9, 10, 11, 12 March), D 8 (11, 12, 13, 16 to 20 March), F 2.
    FigureKind.REMEDIATION_DAYS_MEAN: ((19, 4), "4.7 个工作日（19/4）"),
    FigureKind.REMEDIATION_DAYS_MEDIAN: ((3, None), "3 个工作日"),
}

AS_OF_LATER = {
    # One more good rating was delivered, F is not adopted any more: 14 good, A B D E G.
    FigureKind.N_EVAL: (19, None),
    FigureKind.DEFAULT_RATE: (1, 19),
    FigureKind.ACTIVE_RATE: (2, 4),
    FigureKind.UNRATED_RATE: (1, 4),
    FigureKind.GOOD_RATE: (14, 19),
    FigureKind.USER_GOOD_RATE: (13, 18),
    FigureKind.BAD_RATE: (5, 19),
    FigureKind.VOID_RATE: (2, 7),
    FigureKind.REPEAT_INDEX: (1, None),
    FigureKind.PUSH_RATE: (0, 0),
    FigureKind.SIGNOFF_ON_TIME: (5, 7),
    FigureKind.VERIFIED_RATE: (5, 6),
    FigureKind.CALLBACK_RATE: (5, 6),
    FigureKind.CALLBACK_REACHED_RATE: (4, 6),
    # A, B, D, D's second round, E; the second round was put right, too late.
    FigureKind.REMEDIATION_RATE: (4, 5),
    FigureKind.ON_TIME_RATE: (3, 5),
    FigureKind.ON_TIME_RATE_UNEXTENDED: (2, 5),
    FigureKind.EXTENSION_RATE: (1, 5),
    FigureKind.CALLBACK_SATISFACTION_RATE: (1, 2),
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE: (2, 3),
    FigureKind.APPEAL_UPHELD_RATE: (0, 1),
    FigureKind.REMEDIATION_DAYS_MEAN: (17, 3),
    FigureKind.REMEDIATION_DAYS_MEDIAN: (6, None),
}


def test_every_figure_of_the_month_is_what_was_worked_out_by_hand(month: Month) -> None:
    [figures] = book_of(month).count(question(AT_THE_END)).groups.values()
    assert parts_of(figures) == {kind: parts for kind, (parts, _) in AS_OF_THE_END.items()}
    assert {kind: figure_text(each) for kind, each in figures.items()} == {
        kind: said for kind, (_, said) in AS_OF_THE_END.items()
    }


def test_an_upheld_appeal_changes_the_month_from_its_moment_on_and_not_before(month: Month) -> None:
    book = book_of(month)
    [later] = book.count(question(LATER)).groups.values()
    assert parts_of(later) == AS_OF_LATER
    [before] = book.count(question(at("2026-04-02 09:59"))).groups.values()
    assert parts_of(before)[FigureKind.BAD_RATE] == (6, 19)
    [after] = book.count(question(at("2026-04-02 10:00"))).groups.values()
    assert parts_of(after)[FigureKind.BAD_RATE] == (5, 18)


def test_the_plain_count_says_the_same_for_every_group_and_moment(month: Month) -> None:
    engine, book = month.pages.installation.engine, book_of(month)
    moments = [at(f"2026-{day} 12:00") for day in ("03-01", "03-06", "03-11", "03-18", "03-20", "03-27", "04-01")]
    quarter = FigurePeriod.of_months(2026, 1, 3)
    for moment in (*moments, AT_THE_END, LATER):
        for grouping in Grouping:
            for asked in (question(moment, grouping=grouping), question(moment, quarter, grouping=grouping)):
                assert book.count(asked).groups == counted_by_hand(engine, asked), (moment, grouping)


def test_a_limit_counts_when_it_fell_due_under_the_date_that_it_had_then(month: Month) -> None:
    book = book_of(month)
    first_days = FigurePeriod(first=at("2026-03-01 00:00").date(), last=at("2026-03-19 00:00").date())
    for moment, due in (
        # D was to end on 18 March 24:00 until its extension on the 18th at 10:00.
        ("2026-03-18 09:00", 2),
        ("2026-03-19 00:00", 2),
        ("2026-03-21 00:00", 2),
    ):
        [figures] = book.count(question(at(moment), first_days)).groups.values()
        assert figures[FigureKind.REMEDIATION_RATE].denominator == due, moment
    [figures] = book.count(question(at("2026-03-21 00:00"))).groups.values()
    assert parts_of(figures)[FigureKind.REMEDIATION_RATE] == (3, 3)


def test_units_windows_clerks_items_and_channels_are_told_apart(month: Month) -> None:
    book = book_of(month)
    units = book.count(question(AT_THE_END, grouping=Grouping.UNIT)).groups
    assert {key: parts_of(each)[FigureKind.BAD_RATE] for key, each in units.items()} == {
        "ez-renshe": (4, 14),
        "ez-shichang": (2, 5),
    }
    assert parts_of(units["ez-shichang"])[FigureKind.SIGNOFF_ON_TIME] == (1, 2)
    clerks = book.count(question(AT_THE_END, grouping=Grouping.CLERK)).groups
    assert {key: parts_of(each)[FigureKind.BAD_RATE] for key, each in clerks.items()} == {
        "": (3, 11),
        "ez-renshe/RS-0217": (2, 6),
        "ez-shichang/SC-0305": (1, 2),
    }
    windows = book.count(question(AT_THE_END, grouping=Grouping.WINDOW)).groups
    assert {key: parts_of(each)[FigureKind.BAD_RATE] for key, each in windows.items()} == {
        "": (4, 13),
        "ez-renshe/03": (2, 6),
    }
    # A, C, F are cases of that window: all signed for in time.
    assert parts_of(windows["ez-renshe/03"])[FigureKind.SIGNOFF_ON_TIME] == (3, 3)
    items = book.count(question(AT_THE_END, grouping=Grouping.ITEM))
    assert {key: parts_of(each)[FigureKind.BAD_RATE] for key, each in items.groups.items()} == {
        "T1": (4, 4),
        "T2": (0, 0),
        "T3": (2, 2),
        "T9": (0, 13),
    }
    assert items.names["T9"] == "社会保障卡补换"
    channels = book.count(question(AT_THE_END, grouping=Grouping.CHANNEL)).groups
    assert {key: each[FigureKind.N_EVAL].numerator for key, each in channels.items()} == {
        "": 0,  # matters have no channel
        "phone": 2,
        "qr_code": 16,
        "system_default": 1,
    }


def test_each_figure_opens_to_the_rows_behind_it(month: Month) -> None:
    book = book_of(month)
    for grouping, only in ((Grouping.NONE, None), (Grouping.UNIT, "ez-renshe"), (Grouping.CLERK, "")):
        asked = question(AT_THE_END, grouping=grouping, only=only)
        [figures] = book.count(asked).groups.values()
        for kind, figure in figures.items():
            every = list(book.all_rows(asked, kind, Part.ALL, 1000))
            if figure.denominator is None:
                continue
            if kind is FigureKind.REMEDIATION_DAYS_MEAN:
                assert (sum(row.days for row in every), len(every)) == (figure.numerator, figure.denominator)
                continue
            assert (sum(row.counts for row in every), len(every)) == (figure.numerator, figure.denominator), kind
            assert {row.id for row in book.all_rows(asked, kind, Part.COUNTED, 1000)} == {
                row.id for row in every if row.counts
            }
            assert {row.id for row in book.all_rows(asked, kind, Part.REST, 1000)} == {
                row.id for row in every if not row.counts
            }


def test_rows_are_read_page_by_page_in_one_order_and_none_twice(month: Month) -> None:
    book, asked = book_of(month), question(AT_THE_END)
    whole = book.rows(asked, FigureKind.GOOD_RATE, limit=100)
    assert (len(whole.rows), whole.next) == (19, "")
    pieces: list[FigureRow] = []
    after = ""
    while True:
        page = book.rows(asked, FigureKind.GOOD_RATE, after=after, limit=4)
        pieces += page.rows
        if not (after := page.next):
            break
    assert pieces == list(whole.rows)
    repeated = book.rows(asked, FigureKind.REPEAT_INDEX)
    assert [row.project_no for row in repeated.rows] == ["M-F", "M-D", "M-B", "M-A", "february"]
