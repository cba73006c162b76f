"""Personal columns: closed before they are written, opened for the one function that may read them.

Decides the form of a closed value, `v1.<key>.<base64>`, and of a closed file, the same parts as bytes, and that both
open at their own place only: row and column are bound to them, so a value that somebody copied into another row does
not open there. The keys are those of the engine's key ring, each with a subkey of its own for every purpose; a
value names its key, so that old ones stay readable after the current key has changed. Nonces are random; a key closes
at most 2^32 values (NIST SP 800-38D 8.3).
"""

import base64
import hashlib
import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.codec import KeyRing
from models.errors import BadInput

PERSONAL_COLUMNS = ("user_name", "cert_number", "mobile", "agent_name", "agent_cert_number")
"""Of `ratings`. The kind of a certificate is a code that millions share; it stays readable."""

_VERSION = "v1"
_FILE_VERSION = b"\x01"
"""The first byte of a closed file; none of the files that are taken begins with it (`casework.files`)."""

_NONCE = 12
_NONCES_AHEAD = 1024
_MARK = 4
_DIGEST = 16

_IN_THE_CLEAR = "数据库中有一项内容应当加密而没有加密，请先用 starter.py up 启动一次系统，启动时会自动加密。"
_NOT_OURS = "数据库中有一项加密的内容不属于它所在的行，或已损坏，不能显示。"


class PersonalData:
    """Closes and opens personal values under a key ring, and makes digests that nobody can guess values from.

    `current` is the name of the key that closes; `marks` are the keys' names by the bytes with which digests begin.
    """

    def __init__(self, ring: KeyRing) -> None:
        keys = {name: base64.b64decode(key) for name, key in ring.keys.items()}
        self._ciphers = {name: AESGCM(_subkey(key, b"columns")) for name, key in keys.items()}
        self._prefix = f"{_VERSION}.{ring.current}."
        name = ring.current.encode()
        self._head = _FILE_VERSION + bytes([len(name)]) + name
        self._encrypt = self._ciphers[ring.current].encrypt
        self._link_key = _subkey(keys[ring.current], b"citizen links")
        digest_keys = {_mark(name): _subkey(key, b"content digests") for name, key in keys.items()}
        self._number_keys = {_mark(name): _subkey(key, b"telephone numbers") for name, key in keys.items()}
        self._hashes = {mark: hashlib.blake2b(key=key, digest_size=_DIGEST) for mark, key in digest_keys.items()}
        self._current_mark = _mark(ring.current)
        self.current = ring.current
        self.marks = {_mark(name): name for name in keys}

    def close(self, value: str, place: str) -> str:
        """The value as it is stored; `place` names its row and column (`rating_place`, `report_place`)."""
        nonce = os.urandom(_NONCE)
        closed = self._encrypt(nonce, value.encode(), place.encode())
        return self._prefix + b2a_base64(nonce + closed, newline=False).decode()

    def closer(self) -> Callable[[str, bytes], str]:
        """`close` for one thread with many values, places in UTF-8; it fetches nonces ahead."""
        encrypt, prefix = self._encrypt, self._prefix

        def nonces() -> Iterator[bytes]:
            while True:
                ahead = os.urandom(_NONCE * _NONCES_AHEAD)
                for start in range(0, len(ahead), _NONCE):
                    yield ahead[start : start + _NONCE]

        fresh = nonces().__next__

        def close(value: str, place: bytes) -> str:
            nonce = fresh()
            return prefix + b2a_base64(nonce + encrypt(nonce, value.encode(), place), newline=False).decode()

        return close

    def open(self, stored: str, place: str) -> str:
        """The value that was stored there. Raises BadInput when its key is gone, or when it is not from that place."""
        version, key, text = (*stored.split(".", 2), "", "")[:3]
        if version != _VERSION or not text:
            raise BadInput(_IN_THE_CLEAR)
        try:
            data = a2b_base64(text)
        except ValueError:
            raise BadInput(_NOT_OURS) from None
        return self._opened(key, data, place).decode()

    def close_file(self, content: bytes, place: str) -> bytes:
        """A file as it is stored, a few dozen bytes longer than it was; `place` as for `close`."""
        nonce = os.urandom(_NONCE)
        return b"".join((self._head, nonce, self._encrypt(nonce, content, place.encode())))

    def open_file(self, stored: bytes, place: str) -> bytes:
        """The file that was stored there. Raises BadInput as `open` does."""
        if stored[:1] != _FILE_VERSION or len(stored) < 2:
            raise BadInput(_IN_THE_CLEAR)
        name_end = 2 + stored[1]
        return self._opened(stored[2:name_end].decode(errors="replace"), stored[name_end:], place)

    def digest(self, content: bytes) -> bytes:
        """A digest of a digest under the current key: equal contents are found, a guessed one cannot be checked."""
        return self._current_mark + self._keyed(self._current_mark, content)

    def is_digest_of(self, stored: bytes, content: bytes) -> bool:
        """Whether that content was stored under that digest, whichever key was the current one then."""
        mark = stored[:_MARK]
        return mark in self._hashes and stored[_MARK:] == self._keyed(mark, content)

    def number_digests(self, number: str) -> Sequence[bytes]:
        """The digests of a telephone number under every key, the current one's first; no number follows from one."""
        content = number.encode()
        others = (mark for mark in self._number_keys if mark != self._current_mark)
        return [
            mark + hashlib.blake2b(content, key=self._number_keys[mark], digest_size=_DIGEST).digest()
            for mark in (self._current_mark, *others)
        ]

    def link_token(self, about: str) -> str:
        """A token of 128 bits that nobody without the key can guess, the same for the same message."""
        token = hashlib.blake2b(about.encode(), key=self._link_key, digest_size=16).digest()
        return base64.urlsafe_b64encode(token).decode().rstrip("=")

    def _opened(self, key: str, data: bytes, place: str) -> bytes:
        cipher = self._ciphers.get(key)
        if cipher is None:
            raise BadInput(f"密钥环中没有密钥 {key}，无法读取由它加密的内容；请把旧密钥放回密钥文件。")
        try:
            return cipher.decrypt(data[:_NONCE], data[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise BadInput(_NOT_OURS) from None

    def _keyed(self, mark: bytes, content: bytes) -> bytes:
        keyed = self._hashes[mark].copy()
        keyed.update(content)
        return keyed.digest()


def rating_place(jurisdiction: str, project_no: str, assess_number: str | int, column: str) -> str:
    """Where a personal value of a rating stands."""
    return f"ratings/{jurisdiction}/{project_no}/{assess_number}/{column}"


def report_place(case_no: str, column: str) -> str:
    """Where a personal value of a report stands. The table had this name when the first ones were closed."""
    return f"window_reports/{case_no}/{column}"


def matter_place(jurisdiction: str, project_no: str, column: str) -> str:
    """Where a personal value of a matter that is done stands."""
    return f"matters/{jurisdiction}/{project_no}/{column}"


def draft_place(user: str, case_no: str, action: str, column: str) -> str:
    """Where what somebody has begun to write stands."""
    return f"drafts/{user}/{case_no}/{action}/{column}"


def attachment_place(id_: str, column: str) -> str:
    """Where a file's name or content stands."""
    return f"attachments/{id_}/{column}"


def _subkey(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"haochaping " + purpose + b" v1").derive(key)


def _mark(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:_MARK]
