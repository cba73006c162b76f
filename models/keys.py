"""What lies encrypted in the database, by kind, and how much of it under which key."""

from enum import StrEnum

from models.base import Value


class ClosedKind(StrEnum):
    """What is encrypted. A digest is not a content, but it stands under a key as well."""

    RATINGS = "ratings"
    DIGESTS = "digests"
    REPORTS = "reports"
    MATTERS = "matters"
    DRAFTS = "drafts"
    FILES = "files"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {
            ClosedKind.RATINGS: "评价人的个人信息",
            ClosedKind.DIGESTS: "评价的查重摘要",
            ClosedKind.REPORTS: "反映人的个人信息",
            ClosedKind.MATTERS: "办件人的手机号",
            ClosedKind.DRAFTS: "草稿",
            ClosedKind.FILES: "附件的名称和内容",
        }[self]


class KeyCount(Value):
    """So many values of a kind stand under that key. An empty `key` is one that the key ring does not have any more."""

    kind: ClosedKind
    key: str
    values: int


class KeyStatus(Value):
    """Where everything stands. `keys` are those of the key ring, `current` the one that closes what is written now.

    `case_files` are the archived histories; they keep the key under which the engine wrote them.
    """

    current: str
    keys: tuple[str, ...]
    counts: tuple[KeyCount, ...]
    case_files: int
    old_refusals: int = 0
    """Refusals of SMS (退订) whose number's digest stands under an older key. It is one-way, so it is not rewritten."""

    @property
    def left(self) -> tuple[KeyCount, ...]:
        """What does not stand under the current key."""
        return tuple(each for each in self.counts if each.key != self.current)

    @property
    def out_of_reach(self) -> tuple[KeyCount, ...]:
        """What nobody can read with this key ring."""
        return tuple(each for each in self.counts if each.key not in self.keys)


class Rewriting(Value):
    """How far the rewriting of a kind has come, in rows."""

    kind: ClosedKind
    done: int
    planned: int
