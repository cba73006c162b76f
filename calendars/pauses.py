"""What pauses take out of a limit: the stretches that stood still, and the days that they touch (R9).

Only pauses that have ended take anything: while one is open nobody can say how much. How the rest is counted is
`calendars.counting`'s business.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from models.due import Pause

_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""From an instant up to another, on Shanghai's clock."""


def paused_spans(pauses: Iterable[Pause]) -> tuple[Span, ...]:
    """The stretches of the ended pauses, in order; those that overlap or meet are one."""
    spans: list[Span] = []
    for since, until in sorted((pause.since, pause.until) for pause in pauses if pause.until is not None):
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until))
        else:
            spans.append((since, until))
    return tuple(spans)


def touched_days(spans: Iterable[Span]) -> frozenset[date]:
    """Every local day that a stretch touches, its first and its last included."""
    return frozenset(
        since.date() + n * _DAY for since, until in spans for n in range((until.date() - since.date()).days + 1)
    )


def running(begins: datetime, ends: datetime, spans: Iterable[Span]) -> Iterator[Span]:
    """The parts between two instants that do not stand still. The stretches are in order and apart."""
    for since, until in spans:
        if until <= begins:
            continue
        if since >= ends:
            break
        if begins < since:
            yield begins, since
        begins = until
    if begins < ends:
        yield begins, ends
