"""How the database plans queries that group a great many ratings, said for one transaction.

Which queries need that, the modules with the queries decide.
"""

from sqlalchemy import Connection, text

_BY_HASH = text(
    "select set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)


def group_by_hash(connection: Connection) -> None:
    """Have what the queries of the transaction group held in memory, and planned for the values that they are given.

    The planner takes every rating for a group of its own and would sort all of them on disk; the groups are few, or fit
    into memory. A plan for whatever values knows neither how long the period is nor which levels are asked for, and
    reads millions of ratings where an index has the few.
    """
    connection.execute(_BY_HASH)
