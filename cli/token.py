"""`token add|list|revoke`: the bearer tokens with which other systems use the API.

Decides how a token is typed and how the list reads. The secret is printed once and stored nowhere.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TextIO

from casework.text import instant, table
from models.errors import BadInput
from models.outside import ApiToken, Scope

_USAGE = (
    "用法：token add --name 对接系统 --for 用户 --scope ratings:write --days 365 --as 管理员；"
    "token list；token revoke 编号 --as 管理员。"
)


class TokenDesk(Protocol):
    """The tokens."""

    def make(self, name: str, scopes: Iterable[Scope], user_id: str, days: int, by: str) -> tuple[ApiToken, str]:
        """A new token and its secret. Raises UnknownUser or BadInput."""
        ...

    def all(self) -> list[ApiToken]:
        """Every token, the newest first."""
        ...

    def revoke(self, id_: str, by: str) -> ApiToken:
        """Let a token work no longer. Raises BadInput for an unknown one."""
        ...


@dataclass(frozen=True)
class TokenPorts:
    """What the command needs: the tokens, who may make them, and a clock."""

    desk: TokenDesk
    administrator: Callable[[str], str]
    """The id of an administrator. Raises UnknownUser, or ActionRefused for anybody else."""
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "其他系统使用接口 /api/v1 的令牌。令牌以所属用户的名义查询和办理；密文只显示一次。"
    parser.add_argument("what", metavar="add|list|revoke", help="add、list 或 revoke")
    parser.add_argument("id", metavar="ID", nargs="?", help="要撤销的令牌的编号（revoke）")
    parser.add_argument("--name", metavar="TEXT", help="对接系统的名称（add）")
    parser.add_argument("--for", dest="owner", metavar="USER", help="以哪个用户的名义（add）")
    scopes = "、".join(f"{scope.value}（{scope.label}）" for scope in Scope)
    parser.add_argument(
        "--scope", metavar="SCOPE", action="append", default=[], help=f"权限，可写几次：{scopes}（add）"
    )
    parser.add_argument("--days", metavar="N", type=int, default=365, help="有效天数，默认 365（add）")
    parser.add_argument("--as", dest="user", metavar="USER", help="由哪个管理员办理（add、revoke）")


def run(args: Namespace, ports: TokenPorts, out: TextIO, err: TextIO) -> int:
    """Make, list or revoke."""
    del err
    match args.what:
        case "add" if args.user and args.name and args.owner:
            unknown = [each for each in args.scope if each not in {scope.value for scope in Scope}]
            if unknown:
                raise BadInput(f"没有“{unknown[0]}”这项权限，可选：{'、'.join(Scope)}。")
            by = ports.administrator(args.user)
            token, secret = ports.desk.make(args.name, map(Scope, args.scope), args.owner, args.days, by)
            print(f"令牌 {token.id}（{token.name}），{instant(token.expires_at)} 前有效。密文只显示这一次：", file=out)
            print(secret, file=out)
        case "list":
            rows = [
                (
                    each.id,
                    each.name,
                    each.user_id,
                    "、".join(each.scopes),
                    each.standing(ports.now()),
                    f"{instant(each.expires_at)} 到期",
                    f"{instant(each.last_used_at)} 用过" if each.last_used_at else "没有用过",
                )
                for each in ports.desk.all()
            ]
            print("\n".join(table(rows)) if rows else "还没有令牌。", file=out)
        case "revoke" if args.id and args.user:
            token = ports.desk.revoke(args.id, ports.administrator(args.user))
            print(f"令牌 {token.id}（{token.name}）已撤销。", file=out)
        case _:
            raise BadInput(_USAGE)
    return 0
