"""The vocabulary that both the policy and the case use: classes, findings, priorities, recorded escalations."""

from enum import StrEnum


class CaseClass(StrEnum):
    """The class that sets the remediation limit (EZ-21, EZ-22, TJ-08)."""

    SIMPLE = "simple"
    GENERAL = "general"
    DIFFICULT = "difficult"
    COMPLEX = "complex"

    @property
    def label(self) -> str:
        """The class in Chinese."""
        return {
            CaseClass.SIMPLE: "简易",
            CaseClass.GENERAL: "一般",
            CaseClass.DIFFICULT: "疑难",
            CaseClass.COMPLEX: "复杂",
        }[self]


class Finding(StrEnum):
    """What the verification found (EZ-25, EZ-26)."""

    FOUNDED = "founded"
    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"

    @property
    def label(self) -> str:
        """The finding in Chinese."""
        return {Finding.FOUNDED: "属实", Finding.MISTAKEN: "误评", Finding.MALICIOUS: "恶意差评"}[self]


class Priority(StrEnum):
    """How fast a case is to be taken in hand (GH-06). The documents give no numbers; it orders the worklists."""

    NORMAL = "normal"
    FAST = "fast"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The priority in Chinese."""
        return {Priority.NORMAL: "接诉即办", Priority.FAST: "有诉快办", Priority.URGENT: "急诉速办"}[self]


class MeasureKind(StrEnum):
    """Recorded escalations, each with its own document and deadline (EZ-31, TA-23, TA-37, TA-39, XT-18)."""

    SUPERVISE = "supervise"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFERRAL = "referral"

    @property
    def label(self) -> str:
        """The measure in Chinese."""
        return {
            MeasureKind.SUPERVISE: "督办",
            MeasureKind.INTERVIEW: "约谈",
            MeasureKind.CIRCULAR: "通报",
            MeasureKind.REFERRAL: "移送",
        }[self]


class CaseSource(StrEnum):
    """Where a case comes from: a rating, what somebody reports, or a repetition (EZ-23, GH-01, GH-29, TA-11, XT-14)."""

    RATING = "rating"
    HOTLINE = "hotline"
    UNRESOLVED_WINDOW = "unresolved_window"
    PETITION = "petition"
    MAILBOX = "mailbox"
    MESSAGE_BOARD = "message_board"
    SHORT_VIDEO = "short_video"
    QUESTIONNAIRE = "questionnaire"
    SAMPLE_CALLBACK = "sample_callback"
    REPEATED = "repeated"

    @property
    def label(self) -> str:
        """The source in Chinese."""
        return {
            CaseSource.RATING: "好差评",
            CaseSource.HOTLINE: "12345热线",
            CaseSource.UNRESOLVED_WINDOW: "办不成事反映窗口",
            CaseSource.PETITION: "信访",
            CaseSource.MAILBOX: "领导信箱",
            CaseSource.MESSAGE_BOARD: "微信留言板",
            CaseSource.SHORT_VIDEO: "短视频平台",
            CaseSource.QUESTIONNAIRE: "问卷",
            CaseSource.SAMPLE_CALLBACK: "抽查回访",
            CaseSource.REPEATED: "重复差评（根源治理）",
        }[self]

    @property
    def is_reported(self) -> bool:
        """Whether somebody told one problem there, which is kept in the register of reports."""
        return self not in (CaseSource.RATING, CaseSource.REPEATED)

    @property
    def is_by_hand(self) -> bool:
        """Whether such a report is registered by hand; what a sampled callback brings comes from its result."""
        return self.is_reported and self is not CaseSource.SAMPLE_CALLBACK
