"""Letters: the words in which a jurisdiction tells people what they have until when.

Decides how a letter is found and filled, and that it is filled completely. The words are in
`jurisdictions/_shared/letters/<kind>/` as `sms.txt`, `subject.txt` and `mail.txt`; parts that several letters share
begin with an underscore. A file of the same name in `jurisdictions/<id>/letters/` takes the place of the shared one:
the name that signs, the clause that is cited, or a whole letter. A letter sees the facts of `models.notices.Fact` and,
to an evaluator, `link`: the address of the case's page, which is made when the message leaves and kept nowhere. It sees
nothing else, in a sandbox.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.policy_files import SHARED
from models.notices import Fact, Message

SMS_SINGLE = 70
SMS_PART = 67
"""Characters of one SMS in UCS-2, alone and as a part of a longer one (3GPP TS 23.040 9.2.3.24.1)."""

LINK = "link"
"""What a letter calls the address of the case's page."""

_JURISDICTION = re.compile(r"[a-z][a-z0-9_-]*")


class LetterError(Exception):
    """A letter cannot be written; the Chinese sentence says which and why."""


@dataclass(frozen=True)
class MailLetter:
    """A mail's words: one line of subject, and the body."""

    subject: str
    body: str


@dataclass(frozen=True)
class Letters:
    """The letters of all jurisdictions below one directory."""

    root: Path
    _shelves: dict[str, ImmutableSandboxedEnvironment] = field(default_factory=dict, repr=False)

    def sms(self, message: Message, link: str = "") -> str:
        """The text of the SMS, on one line. Raises LetterError."""
        return _one_line(self._fill(message, "sms.txt", link))

    def mail(self, message: Message) -> MailLetter:
        """Subject and body of the mail. Raises LetterError."""
        return MailLetter(
            subject=_one_line(self._fill(message, "subject.txt")),
            body=self._fill(message, "mail.txt").strip() + "\n",
        )

    def shelf(self, jurisdiction: str) -> ImmutableSandboxedEnvironment:
        """The template environment of one jurisdiction. Raises LetterError for a malformed id or an unknown one."""
        if jurisdiction not in self._shelves:
            if not _JURISDICTION.fullmatch(jurisdiction):
                raise LetterError(f"地区标识“{jurisdiction}”不合规")
            if not (self.root / jurisdiction).is_dir():
                raise LetterError(f"没有地区“{jurisdiction}”的文件夹")
            self._shelves[jurisdiction] = _environment(
                [self.root / jurisdiction / "letters", self.root / SHARED / "letters"]
            )
        return self._shelves[jurisdiction]

    def _fill(self, message: Message, part: str, link: str = "") -> str:
        name = f"{message.kind.value}/{part}"
        facts = {fact.value: message.context.get(fact) for fact in Fact}
        try:
            return self.shelf(message.jurisdiction).get_template(name).render(facts | {LINK: link})
        except TemplateNotFound as missing:
            raise LetterError(f"地区“{message.jurisdiction}”缺少信函模板 {missing.name}") from missing
        except (TemplateError, ValueError, TypeError) as fault:
            raise LetterError(f"信函模板 {name} 无法生成内容：{fault}") from fault


def sms_parts(text: str) -> int:
    """How many SMS a text takes when it is sent in UCS-2, as Chinese text is."""
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= SMS_SINGLE else -(-units // SMS_PART)


def _environment(folders: Sequence[Path]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        finalize=_never_none,
        autoescape=False,  # plain text; nothing here is read by a browser
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shorten"] = _shorten
    return environment


def _never_none(value: object) -> object:
    """A letter that would say "None" is not sent."""
    if value is None:
        raise ValueError("有一项内容为空")
    return value


def _shorten(text: str, length: int) -> str:
    """At most `length` characters, the last one an ellipsis when something was cut off."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
