"""Filters of the ledger that people keep under a name. Decides that each has their own, and how many."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.tables.lists import SAVED_FILTERS
from models.errors import BadInput
from models.lists import SavedFilter

MOST = 30
"""Filters of one person."""


@dataclass(frozen=True)
class SavedFilters:
    """The filters in the database."""

    engine: Engine

    def of(self, user: str) -> list[SavedFilter]:
        """A person's filters by name."""
        columns = (SAVED_FILTERS.c.name, SAVED_FILTERS.c.query, SAVED_FILTERS.c.saved_at)
        query = select(*columns).where(SAVED_FILTERS.c.user_id == user).order_by(SAVED_FILTERS.c.name)
        with self.engine.connect() as connection:
            return [SavedFilter(**row) for row in connection.execute(query).mappings()]

    def save(self, user: str, name: str, query: str, at: datetime) -> None:
        """Keep a filter; one of the same name is replaced. Raises BadInput when there are too many."""
        with self.engine.begin() as connection:
            others = select(func.count()).where(SAVED_FILTERS.c.user_id == user, SAVED_FILTERS.c.name != name)
            if connection.execute(others).scalar_one() >= MOST:
                raise BadInput(f"最多保存 {MOST} 个筛选条件，请先删除不用的。")
            add = insert(SAVED_FILTERS).values(user_id=user, name=name, query=query, saved_at=at)
            connection.execute(
                add.on_conflict_do_update(index_elements=["user_id", "name"], set_={"query": query, "saved_at": at})
            )

    def delete(self, user: str, name: str) -> None:
        """Forget a filter; nothing happens when there is none of that name."""
        mine = (SAVED_FILTERS.c.user_id == user) & (SAVED_FILTERS.c.name == name)
        with self.engine.begin() as connection:
            connection.execute(delete(SAVED_FILTERS).where(mine))
