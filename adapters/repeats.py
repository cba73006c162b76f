"""Repeated bad reviews (重复差评) in the read model: which there are, and the orders of their parent cases.

Reads only. What counts as a repetition stands in `policy.repeats`; a parent case counts as covering its cases once they
are linked to it (`adapters.links.link`), which belongs into the transaction that records its dispatch.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, select

from adapters.tables.cases import CASES, LINKS
from models.case import CaseOrder, CaseSource, Ending
from models.links import LinkKind, Repeat
from models.policy import Policy
from policy.dispatch import order_for_repeat
from policy.repeats import RatedCase, period_start, repeats_among


def find_repeats(connection: Connection, policy: Policy, now: datetime) -> list[Repeat]:
    """The repetitions that no parent case covers yet; none where the policy looks for none.

    Cases of ratings count, open and ended, except those that were not adopted.
    """
    since = period_start(policy.repeats, now)
    if since is None:
        return []
    cases = _rated_cases(connection, policy.jurisdiction, since)
    return repeats_among(cases, _parents(connection, policy.jurisdiction), policy, now)


def parent_orders(connection: Connection, policy: Policy, calendar_version: str, now: datetime) -> list[CaseOrder]:
    """The orders of the parent cases that are due. Asking again before they are dispatched gives the same numbers."""
    return [order_for_repeat(repeat, policy, calendar_version) for repeat in find_repeats(connection, policy, now)]


def _rated_cases(connection: Connection, jurisdiction: str, since: datetime) -> list[RatedCase]:
    columns = [CASES.c[name] for name in RatedCase._fields]
    query = select(*columns).where(
        CASES.c.jurisdiction == jurisdiction,
        CASES.c.source == CaseSource.RATING,
        CASES.c.assessed_at >= since,
        CASES.c.ending.is_distinct_from(Ending.NOT_ADOPTED),
    )
    return [RatedCase(*row) for row in connection.execute(query)]


def _parents(connection: Connection, jurisdiction: str) -> dict[str, frozenset[str]]:
    """By the number of the matter of each parent case, the cases that it is about."""
    query = (
        select(CASES.c.project_no, LINKS.c.linked_no)
        .join(LINKS, LINKS.c.case_no == CASES.c.case_no)
        .where(CASES.c.jurisdiction == jurisdiction, LINKS.c.kind == LinkKind.REPEAT)
    )
    about: defaultdict[str, set[str]] = defaultdict(set)
    for project_no, linked_no in connection.execute(query):
        about[project_no].add(linked_no)
    return {project_no: frozenset(linked) for project_no, linked in about.items()}
