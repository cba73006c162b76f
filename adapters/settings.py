"""Settings: what this installation is told by its environment, and how commands find the running stack.

Decides: the names of the settings, and that an explicit setting wins over what the running stack wrote down.
Leaves to others: connecting (`adapters.connection`), starting and stopping (`adapters.stack`).

Two ways to run. Embedded: nothing is set; `make up` starts PostgreSQL, Temporal and the counterparts and writes
their addresses to `<runtime_dir>/stack.json`. External: `HAOCHAPING_DATABASE_URL` or `HAOCHAPING_TEMPORAL_ADDRESS`
(or Temporal's own `TEMPORAL_ADDRESS`, `TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE`) name servers that somebody else
runs; the stack then starts only what is not named. The two can be mixed.
"""

import os
from datetime import timedelta
from pathlib import Path

from pydantic import AliasChoices, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.base import Value
from models.errors import BadInput, StackNotRunning
from models.notices import TO_THE_CHAT, Channel, NoticeKind
from policy.code_systems import CodeSystem, codes_of

PROJECT = Path(__file__).resolve().parent.parent


class ProcessMark(Value):
    """A process that cannot be mistaken for a later one with the same number.

    `started` is the kernel's start time in clock ticks since boot; `boot` the kernel's boot id.
    """

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "ProcessMark | None":
        """The mark of a process that runs now, or None when there is none (a zombie counts as none)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, *fields = stat[stat.rindex(")") + 2 :].split()
        if state in "ZX":
            return None
        return cls(pid=pid, started=int(fields[18]), boot=boot)

    def alive(self) -> bool:
        """Whether exactly this process still runs."""
        return ProcessMark.of(self.pid) == self


class StackFile(Value):
    """What the running stack tells the commands: its addresses and its processes.

    Written by the supervisor, mode 0600 (the database address carries a password), replaced whole. An empty
    address means that the part is somebody else's and its own setting names it.
    """

    supervisor: ProcessMark
    ready: bool = False
    database_url: str = ""
    temporal_address: str = ""
    temporal_ui_url: str = ""
    counterpart_url: str = ""
    desk_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 0
    sms_secret: str = Field("", repr=False)
    parts: dict[str, ProcessMark] = Field(default_factory=dict)

    @staticmethod
    def path(runtime_dir: Path) -> Path:
        """Where the file lies."""
        return runtime_dir / "stack.json"

    @classmethod
    def read(cls, runtime_dir: Path) -> "StackFile | None":
        """The last record, whether or not the stack still runs; None when there is none that can be read."""
        try:
            return cls.model_validate_json(cls.path(runtime_dir).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    @classmethod
    def running(cls, runtime_dir: Path) -> "StackFile | None":
        """The record of the stack that runs now, or None."""
        record = cls.read(runtime_dir)
        return record if record is not None and record.supervisor.alive() else None

    def write(self, runtime_dir: Path) -> None:
        """Replace the record in one step, so that a reader sees the old or the new one, never half of it."""
        target = self.path(runtime_dir)
        fresh = target.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2))
        fresh.replace(target)


class Settings(BaseSettings):
    """Every setting, from environment variables with the prefix HAOCHAPING_ (docs/operations.md lists them)."""

    model_config = SettingsConfigDict(env_prefix="HAOCHAPING_", frozen=True, extra="ignore", populate_by_name=True)

    runtime_dir: Path = PROJECT / ".haochaping"
    log_level: str = "INFO"

    database_url: str = ""

    temporal_address: str = Field("", validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS"))
    temporal_namespace: str = Field(
        "", validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_NAMESPACE", "TEMPORAL_NAMESPACE")
    )
    temporal_profile: str = Field("", validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_PROFILE", "TEMPORAL_PROFILE"))
    temporal_config_file: str = Field(
        "", validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_CONFIG_FILE", "TEMPORAL_CONFIG_FILE")
    )
    temporal_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_API_KEY", "TEMPORAL_API_KEY")
    )
    temporal_tls: bool | None = Field(None, validation_alias=AliasChoices("HAOCHAPING_TEMPORAL_TLS", "TEMPORAL_TLS"))
    temporal_ui_url: str = ""

    case_queue: str = "haochaping-cases"
    message_queue: str = "haochaping-messages"
    rhythm_queue: str = "haochaping-rhythm"
    invitation_queue: str = "haochaping-invitations"

    keyring_file: Path | None = None

    sms_url: str = ""
    sms_secret: SecretStr = SecretStr("")
    smtp_host: str = ""
    smtp_port: int = 0
    mail_from: str = "haochaping@example.invalid"
    report_url: str = ""
    report_secret: SecretStr = SecretStr("")
    counterpart_url: str = ""
    chat_url: SecretStr = SecretStr("")
    """The work chat as `apprise` addresses it; nothing goes there when it is empty."""
    chat_kinds: str = ",".join(TO_THE_CHAT)
    """The kinds of notices that the work chat gets, by their ids with commas between."""

    platform_url: str = ""
    """The provincial platform that ratings and results are pushed to; nothing is pushed when it is empty."""
    platform_secret: SecretStr = SecretStr("")
    platform_batch: int = Field(200, ge=1, le=1000)
    """How many records go in one request; 1: each by itself."""
    platform_every_minutes: int = Field(0, ge=0, le=1440)
    """0: at once; otherwise what came up is pushed at the next full step of so many minutes of the day."""
    platform_codes: str = CodeSystem.NATIONAL
    """The code system that the platform declares."""
    platform_limit_hours: int = Field(24, ge=1)
    """Within how many hours a rating is to be taken by the platform, for the push rate. An assumption."""
    platform_person: bool = False
    """Whether the evaluator's name, certificate and telephone go out with a rating."""

    desk_url: str = ""
    """Where people reach the desk, e.g. behind a proxy; the stack's own address when nothing is said."""

    local_login: bool = True
    """Whether people may log in with a local password; without, only by OIDC."""

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_user_claim: str = "preferred_username"
    """The claim of the identity provider that holds the user's id of the directory."""

    _found: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def load(cls) -> "Settings":
        """The settings of the environment alone, without looking for a running stack.

        Raises BadInput with the name of the variable and what is wrong with it.
        """
        try:
            settings = cls()
        except ValidationError as error:
            faults = "；".join(f"{fault['loc'][0]}：{fault['msg']}" for fault in error.errors())
            raise BadInput(f"环境变量中的设置有误（{faults}），请改正后重试。") from error
        if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
            raise BadInput("统一身份认证须同时设置 HAOCHAPING_OIDC_ISSUER 和 HAOCHAPING_OIDC_CLIENT_ID。")
        if not settings.local_login and not settings.oidc_issuer:
            raise BadInput("HAOCHAPING_LOCAL_LOGIN=false 时须设置 HAOCHAPING_OIDC_ISSUER，否则无人能够登录。")
        settings.kinds_to_the_chat()
        codes_of(settings.platform_codes)
        return settings.model_copy(update={"runtime_dir": settings.runtime_dir.expanduser().absolute()})

    @classmethod
    def discover(cls) -> "Settings":
        """The settings with the running stack's addresses in every place that was left empty.

        Raises StackNotRunning when something is missing and no stack runs.
        """
        settings = cls.load()
        record = StackFile.running(settings.runtime_dir)
        if record is not None:
            return settings.completed_by(record)
        if settings.embedded_database or settings.embedded_temporal:
            raise StackNotRunning(
                "没有找到正在运行的系统。请先在另一个终端运行 make up（只启动系统）或 make demo（带演示数据）；"
                "如使用外部的数据库和 Temporal，请设置 HAOCHAPING_DATABASE_URL 和 HAOCHAPING_TEMPORAL_ADDRESS。"
            )
        return settings

    def completed_by(self, record: StackFile) -> "Settings":
        """These settings, with the empty addresses taken from a stack's record; what was set stays."""
        counterpart = record.counterpart_url
        found: dict[str, object] = {
            "database_url": self.database_url or record.database_url,
            "temporal_ui_url": self.temporal_ui_url or record.temporal_ui_url,
            "counterpart_url": self.counterpart_url or counterpart,
            "desk_url": self.desk_url or record.desk_url,
            "sms_url": self.sms_url or (f"{counterpart}/sms" if counterpart else ""),
            "report_url": self.report_url or (f"{counterpart}/reports" if counterpart else ""),
            "platform_url": self.platform_url or (f"{counterpart}/platform" if counterpart else ""),
        }
        if not self.sms_url and not self.sms_secret.get_secret_value():
            found["sms_secret"] = SecretStr(record.sms_secret)
        if self.embedded_temporal:
            found["temporal_address"] = record.temporal_address
            found["temporal_namespace"] = self.temporal_namespace or "default"
        if not self.smtp_host:
            found["smtp_host"], found["smtp_port"] = record.smtp_host, record.smtp_port
        completed = self.model_copy(update=found)
        completed._found = frozenset(name for name, value in found.items() if value != getattr(self, name))
        return completed

    def kinds_to_the_chat(self) -> frozenset[NoticeKind]:
        """The kinds that the work chat gets; none without an address. Raises BadInput for one that it may not get."""
        possible = {kind.value: kind for kind in NoticeKind if Channel.WORK_CHAT in kind.channels}
        chosen = [each.strip() for each in self.chat_kinds.split(",") if each.strip()]
        if wrong := [each for each in chosen if each not in possible]:
            raise BadInput(
                f"HAOCHAPING_CHAT_KINDS 中的“{wrong[0]}”不是可以发到工作群的通知，可用的有：{'、'.join(possible)}。"
            )
        return frozenset(possible[each] for each in chosen) if self.chat_url.get_secret_value() else frozenset()

    def push_limit(self) -> timedelta | None:
        """Within which time a rating is to be taken by the platform; None where nothing is pushed."""
        return timedelta(hours=self.platform_limit_hours) if self.platform_url else None

    def receipts_url(self) -> str:
        """Where the SMS gateway reports what became of an SMS; empty while nobody could take its reports."""
        desk = self.current_desk_url() if self.sms_secret.get_secret_value() else ""
        return f"{desk.rstrip('/')}/hooks/sms" if desk else ""

    def current_desk_url(self) -> str:
        """Where people reach the desk now, empty when nobody does; the stack starts it last, so this is asked late."""
        if self.desk_url:
            return self.desk_url
        record = StackFile.running(self.runtime_dir)
        return record.desk_url if record is not None else ""

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the stack's own (nothing names another)."""
        return not self.database_url or "database_url" in self._found

    @property
    def embedded_temporal(self) -> bool:
        """Whether the engine is the stack's own (no address, profile or configuration file names another)."""
        if "temporal_address" in self._found:
            return True
        return not (self.temporal_address or self.temporal_profile or self.temporal_config_file)

    @property
    def embedded_counterpart(self) -> bool:
        """Whether any of the outside services is left to the demo's counterpart."""
        return not (self.sms_url and self.smtp_host and self.report_url)

    @property
    def keyring(self) -> Path:
        """Where the key ring of the payload codec lies; made on first start when nothing names another."""
        return self.keyring_file or self.runtime_dir / "keyring.json"

    @property
    def worker_heartbeat(self) -> Path:
        """The file that a live worker touches; the supervisor replaces a worker that stops doing so."""
        return self.runtime_dir / "worker.heartbeat"
