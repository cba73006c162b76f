"""Re-evaluations (再评价, XT-23): a later rating of the same matter, linked to the case of the earlier one.

Decides which ratings are such. The earlier one stays a bad review, the later one is a record of its own and, when it is
bad again, a case of its own (C-21 of the policy comparison); the link tells a reader of one about the other.
"""

from sqlalchemy import Connection, text

from models.links import LinkKind

_LINK = text(
    "insert into case_links (case_no, linked_no, kind, at)"
    " select distinct on (later.project_no, later.assess_number) earlier.case_no,"
    " later.jurisdiction || '-' || later.project_no || '-' || later.assess_number, :kind, later.assessed_at"
    " from ratings earlier join ratings later on later.jurisdiction = earlier.jurisdiction"
    " and later.project_no = earlier.project_no and later.assess_number > earlier.assess_number"
    " where earlier.jurisdiction = :jurisdiction and earlier.case_no is not null"
    " order by later.project_no, later.assess_number, earlier.assess_number desc"
    " on conflict do nothing"
)


def link_re_evaluations(connection: Connection, jurisdiction: str) -> int:
    """Link every later rating to the case of the last one before it; how many were not linked before.

    Good ones are linked too. The link bears the time of the later evaluation. Part of the caller's transaction.
    """
    given = {"jurisdiction": jurisdiction, "kind": LinkKind.RE_EVALUATION.value}
    return connection.execute(_LINK, given).rowcount
