"""The words by which a case is found: pairs of neighbouring characters for Chinese, whole runs for letters and digits.

Decides what of a case can be found and how a query matches, without a dictionary: `社保卡` is the pairs 社保, 保卡 and
the last character 卡, at neighbouring places, so that any piece of a text of two characters or more finds it. Long
numbers are masked before, so that nobody finds a case by a telephone number that somebody wrote into the text.
"""

import re
import unicodedata
from collections.abc import Iterator

from sqlalchemy import Connection, text

from adapters.rating_store import complaint, without_long_numbers

_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
"""Letters and digits of ASCII, or characters of any other script."""

_NUMBER = re.compile(r"[a-z0-9][a-z0-9_.\-]*")
"""A number of a case or a matter; it is one word."""

_LONGEST_TEXT = 5000
_LONGEST_WORD = 200
_GAP = 2
"""Between two runs, so that no phrase reaches across."""

MOST_TERMS = 8
"""Words of a query that are looked at; more only make it slower."""


def words_of(numbers: tuple[str, ...], texts: tuple[str, ...]) -> str:
    """The words of a case as the text of a `tsvector`, with their places. `texts` are searched piece by piece."""
    places: dict[str, list[int]] = {}
    at = 1
    for number in numbers:
        if word := _plain(number).strip()[:_LONGEST_WORD]:
            places.setdefault(word, []).append(at)
            at += _GAP
    for each in texts:
        for run in _runs(without_long_numbers(each[:_LONGEST_TEXT])):
            for word in _pieces(run):
                places.setdefault(word, []).append(at)
                at += 1
            at += _GAP
    return " ".join(f"{_quoted(word)}:{','.join(map(str, where))}" for word, where in places.items())


def terms_of(query: str) -> list[str]:
    """What was typed, word by word, without repetitions."""
    return list(dict.fromkeys(_plain(query).split()))[:MOST_TERMS]


def query_of(term: str) -> str | None:
    """The `tsquery` that finds a term; None when nothing in it can be looked for.

    A run of Chinese finds itself anywhere, letters and digits as a whole (`number_of` finds beginnings).
    """
    if _NUMBER.fullmatch(term):
        return _quoted(term[:_LONGEST_WORD])
    parts = []
    for run in _runs(term):
        pieces = _pieces(run)
        if run.isascii():
            parts.append(_quoted(run))
        elif len(run) == 1:
            parts.append(f"{_quoted(run)}:*")
        else:
            parts.append("(" + " <-> ".join(_quoted(piece) for piece in pieces[:-1]) + ")")
    return " & ".join(parts) or None


def number_of(term: str) -> str | None:
    """The pattern of a `LIKE` that finds numbers that begin with a term; None for a term that is no number.

    The planner can judge how many those are, which it cannot for the beginning of a word.
    """
    if not _NUMBER.fullmatch(term):
        return None
    return term[:_LONGEST_WORD].replace("_", r"\_") + "%"


def words_of_case(connection: Connection, case_no: str, project_no: str, task_name: str) -> str:
    """The words of a case that is being dispatched: its numbers, its item, and the text of its complaint.

    The matters that its rating covers are among its numbers: whoever asks about one of them finds the case.
    """
    known = complaint(connection, case_no)
    covered = (each.project_no for each in known.covered)
    return words_of((case_no, project_no, *covered), (task_name, known.text, known.theme))


_BATCH = 2000

_WRITTEN = (
    "select c.case_no, c.project_no, c.task_name, coalesce(r.comment, w.matter, '') as matter from cases c"
    " left join ratings r on r.case_no = c.case_no left join {reports} w on w.case_no = c.case_no"
    " where c.case_no > :after order by c.case_no limit :batch"
)
_WRITE = text("update cases set words = cast(:words as tsvector) where case_no = :case_no")


def give_words_to_all(connection: Connection, reports: str) -> int:
    """Write the words of every case that is there; how many. For the schema's step that brings the column.

    `reports` is the table of what citizens reported, which at that step had another name than today.
    """
    written = text(_WRITTEN.format(reports=reports))
    done, after = 0, ""
    while rows := connection.execute(written, {"after": after, "batch": _BATCH}).all():
        found = [
            {"case_no": row.case_no, "words": words_of((row.case_no, row.project_no), (row.task_name, row.matter))}
            for row in rows
        ]
        connection.execute(_WRITE, found)
        done, after = done + len(found), rows[-1].case_no
    return done


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).lower()


def _runs(written: str) -> Iterator[str]:
    return (match[0][:_LONGEST_WORD] for match in _RUN.finditer(_plain(written)))


def _pieces(run: str) -> list[str]:
    """A run of ASCII whole; of other scripts each pair of neighbours, and the last character alone."""
    if run.isascii():
        return [run]
    return [*(run[at : at + 2] for at in range(len(run) - 1)), run[-1]]


def _quoted(word: str) -> str:
    """Runs hold letters and digits only, numbers besides those `_ . -`; a quote or a backslash would be doubled."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
