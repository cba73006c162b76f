"""`python -m counterparts --runtime-dir DIR --http-port N --smtp-port N`: start, say `ready`, stop on
SIGTERM or SIGINT.

The secrets, when the product signs, come from the environment: COUNTERPARTS_SMS_SECRET,
COUNTERPARTS_REPORT_SECRET, COUNTERPARTS_PLATFORM_SECRET.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from counterparts.http import application
from counterparts.mail import MailServer
from counterparts.misbehaviour import Misbehaviour
from counterparts.record_store import RecordStore
from counterparts.store import Store


def main() -> int:
    """Serve until told to stop. Exit code 2 when an address is taken."""
    parser = argparse.ArgumentParser(prog="counterparts", description="演示用的短信网关、邮件服务器和12345平台")
    parser.add_argument("--runtime-dir", type=Path, required=True, help="保存收到的消息的目录")
    parser.add_argument("--http-port", type=int, default=0, help="网页和接口的端口，0 为任意空闲端口")
    parser.add_argument("--smtp-port", type=int, default=0, help="邮件的端口，0 为任意空闲端口")
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        asyncio.run(_serve(args.runtime_dir, args.http_port, args.smtp_port))
    except OSError as taken:
        print(f"无法启动演示用的对方系统：{taken}", file=sys.stderr)
        return 2
    return 0


async def _serve(runtime_dir: Path, http_port: int, smtp_port: int) -> None:
    store = Store(runtime_dir / "counterparts.db")
    records = RecordStore(runtime_dir / "platform.db")
    misbehaviour = Misbehaviour()
    secrets = {
        "sms": os.environ.get("COUNTERPARTS_SMS_SECRET", ""),
        "report": os.environ.get("COUNTERPARTS_REPORT_SECRET", ""),
        "platform": os.environ.get("COUNTERPARTS_PLATFORM_SECRET", ""),
    }
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    door = socket.create_server(("127.0.0.1", http_port))
    mail = await MailServer(store, misbehaviour).listen(smtp_port)
    web = _Web(
        uvicorn.Config(
            application(store, records, misbehaviour, secrets),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(web.serve([door]))
    while not web.started and not serving.done():
        await asyncio.sleep(0.01)
    print(
        f"ready http://127.0.0.1:{door.getsockname()[1]} smtp://127.0.0.1:{mail.sockets[0].getsockname()[1]}",
        flush=True,
    )
    await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    mail.close()
    web.should_exit = True
    await serving
    store.close()
    records.close()


class _Web(uvicorn.Server):
    """The signals are ours, so that HTTP and SMTP stop together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


if __name__ == "__main__":
    sys.exit(main())
