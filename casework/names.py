"""What people and units are called in front of people, where the records keep only their ids.

Decides wording only. Whoever has left the directory is shown by the id.
"""

from casework.ports import People

_USERS = frozenset({"from", "to", "acting_for", "late_allowed_by"})
_UNITS = frozenset({"unit", "to_unit", "units"})


class Names:
    """The names in today's directory."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._users = {user.id: user.name for user in people.users()}

    def user(self, user_id: str) -> str:
        """A user's name with the id: 演示·人社整改责任人（officer-renshe）."""
        return f"{self._users[user_id]}（{user_id}）" if user_id in self._users else user_id

    def maker(self, user_id: str | None) -> str:
        """Who made something; what nobody had made the system made by itself."""
        return "系统" if user_id is None else self.user(user_id)

    def unit(self, unit_id: str) -> str:
        """A unit's name."""
        return self._people.unit(unit_id).name

    def of_detail(self, key: str, text: str) -> str:
        """A detail of an entry with names in the place of ids."""
        if key in _USERS:
            return self.user(text)
        if key in _UNITS:
            return "、".join(self.unit(each) for each in text.split("、"))
        return text
