"""Payloads are closed, keys can change, and only text for the screen stays open."""

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.api.sdk.v1 import WorkflowMetadata

from adapters.codec import EncryptionCodec, KeyRing, data_converter, load_keyring, make_keyring
from models.errors import BadInput
from models.readable import Readable


def _key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


OLD = KeyRing(current="k1", keys={"k1": _key("a")})
BOTH = KeyRing(current="k2", keys={"k1": _key("a"), "k2": _key("b")})
NEW = KeyRing(current="k2", keys={"k2": _key("b")})


async def test_a_payload_is_closed_and_opens_again() -> None:
    converter = data_converter(OLD)
    [closed] = await converter.encode(["群众来电内容"])
    assert "群众" not in closed.data.decode("utf-8", "ignore")
    assert "\\u7fa4" not in closed.data.decode("utf-8", "ignore")
    assert await converter.decode([closed], [str]) == ["群众来电内容"]


async def test_old_payloads_still_open_after_the_current_key_changed() -> None:
    [closed] = await data_converter(OLD).encode(["before"])
    assert await data_converter(BOTH).decode([closed], [str]) == ["before"]
    [closed_later] = await data_converter(BOTH).encode(["after"])
    assert closed_later.metadata["key"] == b"k2"


async def test_a_missing_key_is_named() -> None:
    [closed] = await data_converter(OLD).encode(["before"])
    with pytest.raises(BadInput, match="没有密钥 k1"):
        await data_converter(NEW).decode([closed], [str])


async def test_an_altered_payload_does_not_open() -> None:
    codec = EncryptionCodec(OLD)
    [closed] = await codec.encode([Payload(data=b"{}")])
    altered = Payload(metadata=closed.metadata, data=closed.data[:-1] + bytes([closed.data[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        await codec.decode([altered])


@pytest.mark.parametrize("value", [Readable("签收时限"), WorkflowMetadata(current_details="整改中")])
async def test_text_for_the_screen_stays_open(value: object) -> None:
    [payload] = await data_converter(OLD).encode([value])
    shown = json.loads(payload.data)
    assert shown in ("签收时限", {"currentDetails": "整改中"})
    assert payload.metadata["encoding"] in (b"json/plain", b"json/protobuf")


async def test_an_ordinary_string_is_never_taken_for_text_for_the_screen() -> None:
    [payload] = await data_converter(OLD).encode([str(Readable("签收时限"))])
    assert payload.metadata["encoding"] == b"binary/aes-256-gcm"


def test_the_first_start_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    ring = make_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert make_keyring(path) == ring  # and never a second one


WRONG = [
    ("{}", 0o600, "不是密钥环", "not a key ring"),
    (OLD.model_dump_json().replace('"current":"k1"', '"current":"k2"'), 0o600, "没有当前密钥 k2", "no current key"),
    ('{"current": "k1", "keys": {"k1": "YWJj"}}', 0o600, "须为 32 字节", "a short key"),
    (OLD.model_dump_json(), 0o644, "可被他人读取", "a key that others can read"),
    ('{"current": "k1", "keys": {"k1": "not base64!"}}', 0o600, "须为 32 字节", "a key that is no base64"),
    (OLD.model_dump_json().replace("k1", "2026.1"), 0o600, "不能有“.”", "a name that values could not carry"),
    (OLD.model_dump_json().replace("k1", "名" * 67), 0o600, "最长 200 个字节", "a name that is too long"),
]


@pytest.mark.parametrize(("text", "mode", "sentence", "why"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_key_ring_is_refused(tmp_path: Path, text: str, mode: int, sentence: str, why: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(BadInput, match=sentence):
        load_keyring(path)


def test_a_missing_key_ring_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="无法读取"):
        load_keyring(tmp_path / "nothing.json")
