"""The rows that figures are counted from, as SQL: one query for each base, with a column for each mark.

They say of a row what `policy.figure_count` says of it in plain Python; change both together. Every query takes
`jurisdiction`, `begin`, `end` and `as_of`, and some a rule of the place. Of the ledger it looks at entries up to
`as_of` only; a limit has the date that it had then, which the changes of dates tell. The ledger's details are asked for
the keys that a step writes, not for their words, except how a call went (`reached`).
"""

from collections.abc import Mapping

from adapters.rating_rows import ORIGIN
from models.figures import Base

_KEYS_OF_A_CASE = """
    c.project_no, c.case_no, {unit} as unit,
    case when c.staff_no = '' then '' else u.rated_unit || '/' || c.staff_no end as clerk,
    case when c.window_no = '' then '' else u.rated_unit || '/' || c.window_no end as window,
    c.task_code as item, c.task_name, c.satisfaction as level, c.channel"""

_OF_RATINGS = "c.jurisdiction = :jurisdiction and c.source = 'rating' and c.dispatched_at <= :as_of"

_FINDS = "e.event in ('callback_recorded', 'finding_rejected', 'withdrawn') and e.details ? 'finding'"
_UPHELD = "e.event in ('appeal_decided', 'appeal_confirmed') and e.details ?& array['appeal_result', 'ending']"
_VOIDS = f"(e.event = 'finding_confirmed' or ({_UPHELD}))"
_COMPLETES = "e.event = 'callback_recorded' and e.details ?| array['finding', 'satisfied', 'ending']"

_KNOWN = f"""
    cross join lateral (
        select bool_or(e.event = 'dispatched' and e.details ? 'skipped') as skipped,
            bool_or({_FINDS}) as found,
            bool_or({_FINDS} and e.stage <> 'confirming') as founded,
            bool_or({_VOIDS}) as voided,
            bool_or(e.event = 'withdrawn') as withdrawn,
            bool_or({_COMPLETES}) as called,
            bool_or({_COMPLETES} and e.details ->> 'result' = :reached) as reached,
            bool_or(e.event = 'callback_recorded' and e.details ? 'finding') as asked,
            bool_or(e.event = 'callback_recorded' and e.details ?| array['satisfied', 'ending']) as told,
            (array_agg(e.details ->> 'to_unit' order by e.seq desc) filter (where e.event = 'redispatched'))[1]
                as to_unit
        from ledger_entries e where e.case_no = c.case_no and e.at <= :as_of
    ) k
    cross join lateral (
        select coalesce(
            (
                select e.details ->> 'unit' from ledger_entries e
                where e.case_no = c.case_no and e.event = 'redispatched' order by e.seq limit 1
            ),
            c.unit
        ) as rated_unit
    ) u"""
"""What is known of a case at the moment, and the unit that was rated: a new dispatch says which it was before."""

_UNIT_NOW = "coalesce(k.to_unit, u.rated_unit)"
_UNIT_AT_START = """coalesce(
        (
            select e.details ->> 'to_unit' from ledger_entries e
            where e.case_no = c.case_no and e.event = 'redispatched' and e.seq <= o.started_seq
            order by e.seq desc limit 1
        ),
        u.rated_unit
    )"""

_ITEM = "coalesce(r.task_handle_item, r.task_code, '')"
_TASK_NAME = "coalesce(r.task_name, '')"


def _a_rating(matter: str = "r.project_no", item: str = _ITEM, task_name: str = _TASK_NAME) -> str:
    return f"""
    select {matter} || '-' || r.assess_number as id, r.assessed_at as at, {matter} as project_no,
        case when r.case_state = 'opened' then r.case_no else '' end as case_no, coalesce(r.unit, '') as unit,
        case when r.handler_no is null then '' else coalesce(r.unit, '') || '/' || r.handler_no end as clerk,
        case when r.window_no is null then '' else coalesce(r.unit, '') || '/' || r.window_no end as window,
        {item} as item, {task_name} as task_name,
        least(r.level, r.staff_level)::int as level, r.channel, 1 as round, 0 as days"""


_A_RATING = _a_rating()

_VOIDED_CASES = f"""(
        select c.case_no from cases c
        cross join lateral (
            select from ledger_entries e where e.case_no = c.case_no and e.at <= :as_of and {_VOIDS} limit 1
        ) d
        where c.jurisdiction = :jurisdiction and c.ending = 'not_adopted'
    )"""
"""The few cases that were not adopted are looked at one by one; the limit keeps the whole ledger from being read."""


def _known_rating(rating: str) -> str:
    """Made by the moment, and its import was complete by then."""
    return (
        f"{rating}.assessed_at <= :as_of and {rating}.import_id in"
        " (select id from imports where jurisdiction = :jurisdiction and finished_at <= :as_of)"
    )


def _ratings_of(matter: str) -> str:
    """Where the ratings of a matter come from that are known: its own, and those of others that cover it."""
    origin = ORIGIN.replace("r.", "u.")
    return f"""(
        select {origin} as origin from ratings u
        where u.jurisdiction = {matter}.jurisdiction and u.project_no = {matter}.project_no and {_known_rating("u")}
        union all
        select {origin} from rating_matters o
        join ratings u on u.jurisdiction = o.jurisdiction and u.project_no = o.rating_project_no
            and u.assess_number = o.assess_number
        where o.jurisdiction = {matter}.jurisdiction and o.project_no = {matter}.project_no and {_known_rating("u")}
    )"""


_HAS_ANOTHER = """(
        exists (
            select from ratings u where u.jurisdiction = r.jurisdiction and u.project_no = r.project_no
                and u.assess_number <> r.assess_number
        ) or exists (
            select from rating_matters o where o.jurisdiction = r.jurisdiction and o.project_no = r.project_no
        )
    )"""
"""Whether there is any other rating of the matter: hardly ever, and the indexes alone say so."""

_REPLACED = f"""(
        {ORIGIN} = 'default' and {_HAS_ANOTHER}
        and exists (select from {_ratings_of("r")} g where g.origin <> 'default')
    )"""
"""A rating by default is none any more when there is another one of the same matter (C-10)."""

_BAD = "(r.level = any(:bad_levels) or coalesce(r.staff_level = any(:bad_levels), false))"
"""Any of the stars is bad (C-13); good is only what is good in all."""

_MARKS = f"""
        v.case_no is null as valid, v.case_no is not null as voided,
        {_BAD} as bad, least(r.level, r.staff_level) >= :good_from as good,
        {ORIGIN} = 'default' as is_default, {ORIGIN} = 'user' as user_made"""


def _made_since(begin: str) -> str:
    """Ratings from then up to the end of the period that are known."""
    return (
        f"r.jurisdiction = :jurisdiction and r.assessed_at >= {begin} and r.assessed_at < :end and {_known_rating('r')}"
    )


def _ratings_where(condition: str) -> str:
    """The ratings, read in the order in which they lie.

    The `offset 0` keeps the look for another rating of the matter, which the planner takes for very dear, from hiding
    what it costs to jump to and fro between ratings in the order of their times.
    """
    return f"(select * from ratings r where {condition} offset 0) r"


_UNREPLACED = f"""
    left join {_VOIDED_CASES} v on v.case_no = r.case_no
    where not {_REPLACED}"""

_COVERED = _a_rating(
    matter="m.project_no",
    item=f"coalesce(m.task_code, {_ITEM})",
    task_name=f"case when m.task_code is null then {_TASK_NAME} else '' end",
)

_RATINGS = f"""{_A_RATING}, {_MARKS} from {_ratings_where(_made_since(":begin"))} {_UNREPLACED}
    union all {_COVERED}, {_MARKS}
    from rating_matters m
    join ratings r on r.jurisdiction = m.jurisdiction and r.project_no = m.rating_project_no
        and r.assess_number = m.assess_number
    {_UNREPLACED} and {_made_since(":begin")}"""
"""A rating of a batch or a theme counts for every matter that it covers (C-16), here and nowhere else."""

_BAD_FOR_LONG = f"{_made_since(':repeats_since')} and least(r.level, r.staff_level) <= :highest_bad and {_BAD}"
"""What is bad is no better than the highest of the bad levels: said as the index `ratings_bad` says it."""

_REPEATS = f"""{_A_RATING} from {_ratings_where(_BAD_FOR_LONG)} {_UNREPLACED} and v.case_no is null"""

_PUSHES = f"""{_A_RATING}, w.in_time or d.due <= :as_of as to_be_pushed, w.in_time as pushed
    from ratings r join imports i on i.id = r.import_id and i.finished_at <= :as_of
    left join pushes p on p.kind = 'rating' and p.jurisdiction = r.jurisdiction and p.project_no = r.project_no
        and p.assess_number = r.assess_number
    cross join lateral (
        select greatest(i.finished_at, r.assessed_at) + cast(:push_limit as interval) as due
    ) d
    cross join lateral (select coalesce(p.accepted_at <= least(d.due, :as_of), false) as in_time) w
    where r.jurisdiction = :jurisdiction and r.assessed_at >= :begin and r.assessed_at < :end
        and r.assessed_at <= :as_of"""

_MATTERS = f"""
    select m.project_no as id, m.closed_at as at, m.project_no, '' as case_no, m.unit,
        case when m.staff_no = '' then '' else m.unit || '/' || m.staff_no end as clerk,
        case when m.window_no = '' then '' else m.unit || '/' || m.window_no end as window,
        m.task_code as item, m.task_name, null::int as level, '' as channel, 1 as round, 0 as days,
        m.rateable, g.actively is true as rated_actively, g.actively is null as unrated
    from matters m
    cross join lateral (
        select bool_or(g.origin = 'user' or (:default_is_active and g.origin = 'default')) as actively
        from {_ratings_of("m")} g
    ) g
    where m.jurisdiction = :jurisdiction and m.closed_at >= :begin and m.closed_at < :end and m.received_at <= :as_of"""

_OPENED = f"""
    select c.case_no as id, c.dispatched_at as at, {_KEYS_OF_A_CASE.format(unit=_UNIT_NOW)},
        1 as round, 0 as days,
        k.skipped is not true as to_verify, k.found is true or k.voided is true as verified,
        not c.anonymous as callable, k.called is true or k.withdrawn is true as called,
        k.reached is true or k.withdrawn is true as reached
    from cases c {_KNOWN}
    where {_OF_RATINGS} and c.dispatched_at >= :begin and c.dispatched_at < :end"""

_ITS_CHANGES = "from date_changes d where d.case_no = o.case_no and d.kind = o.kind and d.round = o.round"


def _limits(kind: str, met_by: str, unit: str, marks: str, where: str) -> str:
    """Limits of a kind that fell due in the period and by the moment.

    One that ended before it was over in another way than by the act that was asked for bound nobody any more. The
    candidates are found by indexes: limits whose date lies in the period today, or lay there before it moved. The
    `offset 0` keeps the dates of all other limits from being worked out.
    """
    return f"""
    select c.case_no || '/' || o.round as id, t.deadline as at, {_KEYS_OF_A_CASE.format(unit=unit)},
        o.round, 0 as days, {marks}
    from (
        select case_no, kind, round from clocks
        where kind = '{kind}' and deadline > :begin and deadline <= :end
        union
        select case_no, kind, round from date_changes
        where kind = '{kind}' and old_deadline > :begin and old_deadline <= :end and at > :as_of
    ) l
    join clocks o on o.case_no = l.case_no and o.kind = l.kind and o.round = l.round
    join cases c on c.case_no = o.case_no
    join ledger_entries s on s.case_no = o.case_no and s.seq = o.started_seq and s.at <= :as_of
    left join ledger_entries x on x.case_no = o.case_no and x.seq = o.ended_seq and o.ended_at <= :as_of
    cross join lateral (
        select coalesce((select d.old_deadline {_ITS_CHANGES} and d.at > :as_of order by d.seq limit 1), o.deadline)
                as deadline,
            (select d.new_deadline is null {_ITS_CHANGES} and d.at <= :as_of order by d.seq desc limit 1)
                is true as paused,
            (select d.old_deadline {_ITS_CHANGES} and d.at <= :as_of and d.change = 'extended' order by d.seq limit 1)
                as extended_from
        offset 0
    ) t
    cross join lateral (select coalesce(x.event = '{met_by}', false) as met) m
    cross join lateral (select m.met and (o.ended_at < t.deadline or t.paused) as in_time) i
    {_KNOWN}
    where {_OF_RATINGS} and t.deadline > :begin and t.deadline <= :end and t.deadline <= :as_of
        and (m.met or not t.paused) and (m.met or x.seq is null or o.ended_at >= t.deadline) {where}"""


_SIGN_OFFS = _limits("sign_off", "signed_off", _UNIT_AT_START, "i.in_time", "")

_REMEDIATIONS = _limits(
    "remediation",
    "remediated",
    _UNIT_NOW,
    """m.met as done, i.in_time, t.extended_from is not null as extended,
        i.in_time and (t.extended_from is null or o.ended_at < t.extended_from) as unextended,
        not c.anonymous and o.round = 1 as first_of_named,
        not c.anonymous and o.round = 1 and m.met and (k.asked is true or k.withdrawn is true)
            and (not :post_callback or k.told is true or k.withdrawn is true) as loop_closed""",
    "and (k.skipped or k.founded) and k.voided is not true",
)


def _entries(event: str, marks: str, where: str, days: str = "0", join: str = "") -> str:
    """Entries of the period, with the cases whose they are."""
    return f"""
    select c.case_no || '/' || a.seq as id, a.at, {_KEYS_OF_A_CASE.format(unit=_UNIT_NOW)},
        1 as round, {days} as days{marks}
    from ledger_entries a join cases c on c.case_no = a.case_no {_KNOWN} {join}
    where {_OF_RATINGS} and a.event in ({event}) and a.at >= :begin and a.at < :end and a.at <= :as_of and {where}"""


_ANSWERS = _entries(
    "'callback_recorded'", ", a.details ? 'ending' as satisfied", "a.details ? 'satisfied' and k.voided is not true"
)

_APPEALS = _entries(
    "'appeal_decided', 'appeal_confirmed'", ", a.details ? 'ending' as upheld", "a.details ? 'appeal_result'"
)

_DURATIONS = _entries(
    "'remediated'",
    "",
    "a.details ->> 'round' = '1' and k.voided is not true",
    days="later.number - sooner.number",
    join="""
    left join (select unnest(cast(:days as date[])) as day, unnest(cast(:numbers as int[])) as number) sooner
        on sooner.day = cast(c.dispatched_at at time zone 'Asia/Shanghai' as date)
    left join (select unnest(cast(:days as date[])) as day, unnest(cast(:numbers as int[])) as number) later
        on later.day = cast(a.at at time zone 'Asia/Shanghai' as date)""",
)
"""`days` and `numbers` say how many working days there were up to each day."""

ROWS_OF: Mapping[Base, str] = {
    Base.RATINGS: _RATINGS,
    Base.REPEATS: _REPEATS,
    Base.MATTERS: _MATTERS,
    Base.PUSHES: _PUSHES,
    Base.OPENED: _OPENED,
    Base.SIGN_OFFS: _SIGN_OFFS,
    Base.REMEDIATIONS: _REMEDIATIONS,
    Base.ANSWERS: _ANSWERS,
    Base.APPEALS: _APPEALS,
    Base.DURATIONS: _DURATIONS,
}
