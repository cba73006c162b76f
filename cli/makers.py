"""Who makes something by a command: named by `--as`, in the directory, active, and of a role that may.

Decides the words of the refusals. What is made keeps its maker, as it does when somebody makes it in the browser.
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from casework.ports import People
from models.actors import Role
from models.errors import ActionRefused, BadInput
from models.people import User


def configure_maker(parser: ArgumentParser, what: str) -> None:
    """Declare `--as`; `what` is what is made, like 编制分析报告."""
    parser.add_argument("--as", dest="user", metavar="USER", help=f"{what}时：由哪个监督人员办理，如 supervisor-01")


def maker_of(people: People, user_id: str | None, what: str, roles: Sequence[Role] = (Role.SUPERVISOR,)) -> User:
    """The user who makes it. Raises BadInput where nobody is named, UnknownUser for one that the directory does not
    know, and ActionRefused for one who has none of the roles or whose account is disabled.
    """
    if not user_id:
        raise BadInput(f"{what}时请用 --as 写明由哪个用户办理，如 --as supervisor-01。")
    user = people.user(user_id)
    if user.role not in roles or user.disabled:
        raise ActionRefused(f"{what}由{'或'.join(role.label for role in roles)}办理，{user.name}不是。")
    return user
