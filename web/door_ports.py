"""What logging in and the administrator's pages ask of the world. Decides nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from models.accounts import AccountView, Proven, Refusal
from models.people import Deputy, Unit, User


class Accounts(Protocol):
    """Local passwords."""

    def log_in(self, user_id: str, password: str, address: str) -> User:
        """The user of that name and password. Raises LoginRefused."""
        ...

    def change(self, user_id: str, old: str, new: str, address: str) -> None:
        """Change the own password, closing every login of the user. Raises LoginRefused or BadInput."""
        ...

    def set(self, user_id: str, password: str, by: str, must_change: bool = True) -> None:
        """Give a user a password of somebody else's choice, closing their logins. Raises UnknownUser or BadInput."""
        ...

    def all(self) -> list[AccountView]:
        """Every user of the directory, with what their account is, by id."""
        ...


class Provider(Protocol):
    """The city's own login (OIDC)."""

    def begin(self, next_page: str, redirect_uri: str) -> tuple[str, str]:
        """Where to send the browser, and the secret that it keeps until it comes back. Raises LoginRefused."""
        ...

    def finish(self, secret: str, answer: str, redirect_uri: str) -> Proven:
        """Who has come back to that address with that secret. Raises LoginRefused."""
        ...


@dataclass(frozen=True)
class Door:
    """The ways in."""

    accounts: Accounts
    by_password: bool
    """Whether local passwords are taken."""
    provider: Provider | None
    """The city's own login, where one is set up."""
    address: str
    """Where people reach the desk; empty when nobody said, then it is what the browser asked for."""

    @property
    def secure(self) -> bool:
        """Whether people reach the desk by https only."""
        return self.address.startswith("https:")


class RefusalLog(Protocol):
    """What was refused to whom."""

    def write(self, user: User | None, address: str, method: str, path: str, status: int, reason: str) -> None:
        """Write a refusal down; nobody may have been logged in."""
        ...

    def page(self, before: int | None, limit: int) -> list[Refusal]:
        """The newest refusals, or those before one of them, the newest first."""
        ...


class DirectoryDesk(Protocol):
    """Changes of the directory, one unit or user at a time. Each raises BadInput with what to correct."""

    def add_unit(self, unit: Unit, by: str) -> None:
        """A new unit."""
        ...

    def change_unit(self, unit: Unit, by: str) -> None:
        """Everything but the id of a unit."""
        ...

    def add_user(self, user: User, by: str) -> None:
        """A new user."""
        ...

    def change_user(self, user: User, by: str) -> None:
        """Everything of a user but the id and whether they are disabled."""
        ...

    def disable(self, user_id: str, by: str) -> int:
        """Close a user's way in, and every login; how many open cases they are in charge of. Raises UnknownUser."""
        ...

    def enable(self, user_id: str, by: str) -> None:
        """Open it again. Raises UnknownUser."""
        ...


class DeputyDesk(Protocol):
    """Deputies (代理)."""

    def appoint(
        self, absent: str, deputy: str, first_day: date, last_day: date, reason: str, made_by: str, now: datetime
    ) -> Deputy:
        """Appoint a deputy. Raises UnknownUser, ActionRefused or BadInput."""
        ...

    def end(self, id_: str, by: str, now: datetime) -> Deputy:
        """Call a deputy off. Raises BadInput for an unknown number, UnknownUser or ActionRefused."""
        ...

    def all(self) -> list[Deputy]:
        """Every appointment, the newest first."""
        ...
