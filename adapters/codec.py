"""What the engine stores: every payload encrypted with a key ring, except text that is meant for its screen.

A payload names the key that closed it, so histories stay readable after the current key has changed. `Readable` text
and the screen's own metadata are tagged by the payload converter and left alone by the codec, because the codec would
otherwise close summaries and current details too; they hold nothing personal.
"""

import base64
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
    JSONProtoPayloadConverter,
    PayloadCodec,
)

from models.base import Value
from models.errors import BadInput
from models.readable import Readable

_READABLE = "readable"
_ENCODING = b"binary/aes-256-gcm"
_NONCE = 12
_LONGEST_NAME = 200
"""Bytes of a key's name; a closed value carries it, before a point or behind its length in one byte."""


class KeyRing(Value):
    """The keys by name, and the one that closes new payloads. Keys are 32 bytes in base64."""

    current: str
    keys: dict[str, str]


def load_keyring(path: Path) -> KeyRing:
    """Read a key ring. Raises BadInput when it is missing, open to others, or not a key ring."""
    try:
        mode = path.stat().st_mode
        ring = KeyRing.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"密钥文件 {path} 无法读取：{error.strerror}") from None
    except ValueError:
        raise BadInput(f"密钥文件 {path} 的内容不是密钥环") from None
    if mode & 0o077:
        raise BadInput(f"密钥文件 {path} 可被他人读取，请执行 chmod 600 后重试")
    if ring.current not in ring.keys:
        raise BadInput(f"密钥文件 {path} 中没有当前密钥 {ring.current}")
    if odd := next((name for name in ring.keys if "." in name or not 1 <= len(name.encode()) <= _LONGEST_NAME), None):
        limits = f"名称不能为空，不能有“.”，最长 {_LONGEST_NAME} 个字节"
        raise BadInput(f"密钥文件 {path} 中密钥的名称“{odd}”不能用：{limits}")
    if any(not _is_key(key) for key in ring.keys.values()):
        raise BadInput(f"密钥文件 {path} 中的密钥须为 32 字节，用 base64 写成")
    return ring


def _is_key(written: str) -> bool:
    try:
        return len(base64.b64decode(written)) == 32
    except ValueError:
        return False


def make_keyring(path: Path) -> KeyRing:
    """Make a key ring with one new key, readable by its owner only, unless there is one; then read that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ring = KeyRing(current="k1", keys={"k1": base64.b64encode(secrets.token_bytes(32)).decode()})
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_keyring(path)
    with os.fdopen(handle, "w") as file:
        json.dump(ring.model_dump(), file)
        file.flush()
        os.fsync(file.fileno())
    return ring


def data_converter(ring: KeyRing) -> DataConverter:
    """The converter that clients, workers and replays use: pydantic values, encrypted."""
    return DataConverter(
        payload_converter_class=HaochapingPayloadConverter,
        payload_codec=EncryptionCodec(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


@dataclass
class EncryptionCodec(PayloadCodec):
    """AES-256-GCM around each payload; the key's name is bound to the ciphertext."""

    ring: KeyRing
    _ciphers: dict[str, AESGCM] = field(init=False)

    def __post_init__(self) -> None:
        self._ciphers = {name: AESGCM(base64.b64decode(key)) for name, key in self.ring.keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Close every payload that is not meant for the screen."""
        return [payload if _READABLE in payload.metadata else self._close(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open what was closed; leave the rest."""
        return [
            self._open(payload) if payload.metadata.get("encoding") == _ENCODING else payload for payload in payloads
        ]

    def _close(self, payload: Payload) -> Payload:
        name = self.ring.current
        nonce = os.urandom(_NONCE)
        data = nonce + self._ciphers[name].encrypt(nonce, payload.SerializeToString(), name.encode())
        return Payload(metadata={"encoding": _ENCODING, "key": name.encode()}, data=data)

    def _open(self, payload: Payload) -> Payload:
        name = payload.metadata["key"].decode()
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise BadInput(f"密钥环中没有密钥 {name}，无法读取由它加密的数据")
        data = cipher.decrypt(payload.data[:_NONCE], payload.data[_NONCE:], name.encode())
        return Payload.FromString(data)


class _ReadableConverter(EncodingPayloadConverter):
    """Tags text for the engine's screen."""

    def __init__(self) -> None:
        self._text = JSONPlainPayloadConverter()
        self._proto = JSONProtoPayloadConverter()

    @property
    def encoding(self) -> str:
        return "json/readable"

    def to_payload(self, value: Any) -> Payload | None:
        if isinstance(value, Readable):
            payload = self._text.to_payload(str(value))
        elif isinstance(value, WorkflowMetadata):
            payload = self._proto.to_payload(value)
        else:
            return None
        if payload is not None:
            payload.metadata[_READABLE] = b"1"
        return payload

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        raise NotImplementedError("readable text travels as json/plain and is read by that converter")


class HaochapingPayloadConverter(CompositePayloadConverter):
    """Pydantic's converter, with readable text in front."""

    def __init__(self) -> None:
        pydantic = PydanticPayloadConverter()
        super().__init__(_ReadableConverter(), *pydantic.converters.values())
