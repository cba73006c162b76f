"""The job that the stack is started for, and how it is run beside the supervisor.

Decides: it runs in a daemon thread, so that Ctrl-C need not wait for it. Leaves to others: what it does.
"""

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from adapters.settings import Settings

MainJob = Callable[[Settings], None] | Callable[[Settings], Coroutine[Any, Any, None]]
"""What runs once everything is ready, plain or async; it gets the settings with the stack's addresses."""


def bound(job: MainJob, settings: Settings) -> Callable[[], None]:
    """The job with its settings, as a plain call; a coroutine gets an event loop of its own."""

    def work() -> None:
        result = job(settings)
        if inspect.iscoroutine(result):
            asyncio.run(result)

    return work


async def in_thread(job: Callable[[], object]) -> None:
    """Run the job in a daemon thread, so that it can be left behind at Ctrl-C."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def work() -> None:
        error: BaseException | None = None
        try:
            job()
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=work, name="main job", daemon=True).start()
    await done
