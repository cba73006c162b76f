"""Who the database runs as when we are root, and what that user needs to get to its files.

PostgreSQL refuses root, so it runs as `nobody` in a directory that is nobody's alone (a cluster that an ordinary user
made keeps that user). Where that user cannot traverse the folders above (a checkout below /root or below mktemp's
0700), it keeps exactly one capability, the least one that this root has: CAP_DAC_READ_SEARCH, else CAP_DAC_OVERRIDE.
The securebit no_setuid_fixup goes with it: without, access(2), with which PostgreSQL looks for its own binary, ignores
the capabilities of a user other than root.
"""

import os
import pwd
import stat
from pathlib import Path
from typing import NamedTuple

from adapters.stack.processes import PartFailed


class User(NamedTuple):
    """A user and group by number."""

    uid: int
    gid: int


def unprivileged_user(cluster: Path) -> User | None:
    """As whom the database runs; None for ourselves. Raises PartFailed when this root has no such user."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        return User(cluster.stat().st_uid, cluster.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
        return User(nobody.pw_uid, nobody.pw_gid)
    except KeyError:
        raise PartFailed("以 root 运行时，数据库需要系统用户 nobody，本机没有。请改用普通用户运行。") from None


def privileges_of(user: User | None, needed: list[Path]) -> list[str]:
    """The setpriv options that run a child as that user, with one capability when a folder bars its way."""
    if user is None:
        return []
    options = ["--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]
    if all(_can_reach(user, path) for path in needed):
        return [*options, "--inh-caps=-all", "--bounding-set=-all"]
    capability = _reaching_capability()
    return [
        *options,
        "--securebits=+no_setuid_fixup",
        f"--inh-caps=-all,+{capability}",
        f"--ambient-caps=-all,+{capability}",
        f"--bounding-set=-all,+{capability}",
    ]


def _can_reach(user: User, path: Path) -> bool:
    for folder in path.resolve().parents:
        status = folder.stat()
        if status.st_uid == user.uid:
            allowed = status.st_mode & stat.S_IXUSR
        elif status.st_gid == user.gid:
            allowed = status.st_mode & stat.S_IXGRP
        else:
            allowed = status.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _reaching_capability() -> str:
    status = Path("/proc/self/status").read_text()
    effective = int(next(line for line in status.splitlines() if line.startswith("CapEff:")).split()[1], 16)
    for number, name in ((2, "dac_read_search"), (1, "dac_override")):  # linux/capability.h
        if effective >> number & 1:
            return name
    raise PartFailed(
        "项目目录的上级目录不允许其他用户进入，而本机的 root 没有相应的权能（CAP_DAC_READ_SEARCH），"
        "数据库无法启动。请改用普通用户运行，或把项目放到其他用户可以进入的目录。"
    )
