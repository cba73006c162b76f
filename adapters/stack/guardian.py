"""The guardian of one part: it starts it, watches it, and replaces it when it died or no longer answers.

Decides: when a part counts as lost (its process ended, or it failed several health checks in a row) and how long to
wait between attempts. A part keeps its address: its ports were chosen before. Leaves to others: the order of the
parts and the end of all (`adapters.stack.supervisor`).
"""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

from adapters.stack.parts import Part, PartName
from adapters.stack.processes import Child, PartFailed

WATCHDOG_EXIT = 70  # the worker's own verdict that it no longer gets on, see adapters.watchdog


@dataclass(frozen=True)
class Patience:
    """How patient a guardian is, in seconds and counts."""

    check_every: float = 5.0
    answer: float = 10.0  # how long one health check may take
    failures: int = 3  # health checks in a row until a part counts as frozen
    silence: float = 45.0  # how long the worker's heartbeat may be missing
    first_wait: float = 0.2
    longest_wait: float = 15.0
    forgiven_after: float = 60.0  # a part that lived this long starts again without a wait


class Guardian:
    """Keeps one part alive. `changed` is told after each start, so that the record names the new process."""

    def __init__(
        self,
        name: PartName,
        part: Part,
        *,
        say: Callable[[str], None],
        changed: Callable[[], None],
        patience: Patience,
    ) -> None:
        self.name = name
        self.child: Child | None = None
        self._part = part
        self._say = say
        self._changed = changed
        self._patience = patience

    async def up(self) -> None:
        """Start the part for the first time and wait until it is ready. Raises PartFailed when it will not."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._say(f"正在启动{self.name.label}……")
        await self._start()
        self._say(f"{self.name.label}已就绪（{loop.time() - begun:.1f} 秒）")

    async def keep(self) -> None:
        """Watch the part for ever, and replace it whenever it is lost. Ends only by cancellation."""
        loop = asyncio.get_running_loop()
        attempts = 0
        while True:
            since = loop.time()
            why = await self._lost()
            attempts = 0 if loop.time() - since > self._patience.forgiven_after else attempts
            self._say(f"{self.name.label}{why}，正在重新启动……")
            while True:
                if attempts:
                    await asyncio.sleep(min(self._patience.first_wait * 2**attempts, self._patience.longest_wait))
                attempts += 1
                try:
                    await self._start()
                    break
                except PartFailed as error:
                    self._say(f"{self.name.label}暂时无法启动，稍后再试：{error}")
            self._say(f"{self.name.label}已恢复")

    async def down(self, grace: float) -> None:
        """Stop the part for good."""
        if self.child is not None:
            await self.child.stop(grace)

    async def _start(self) -> None:
        if self.child is not None:
            await self.child.kill()
        self.child = await self._part.start()
        self._changed()
        await self._part.wait_ready(self.child)

    async def _lost(self) -> str:
        """Wait until the part is lost; how, in Chinese."""
        assert self.child is not None
        ended = asyncio.create_task(self.child.ended())
        failures = 0
        try:
            while True:
                done, _ = await asyncio.wait({ended}, timeout=self._patience.check_every)
                if done:
                    return _ending(ended.result())
                try:
                    async with asyncio.timeout(self._patience.answer):
                        await self._part.answer()
                    failures = 0
                except (PartFailed, TimeoutError) as error:
                    failures += 1
                    if failures >= self._patience.failures and self.child.running:
                        return f"连续 {failures} 次检查没有通过（{error or '没有应答'}）"
        finally:
            ended.cancel()


def _ending(code: int) -> str:
    if code == WATCHDOG_EXIT:
        return "自检发现已停止前进，已自行退出"
    if code < 0:
        return f"被信号 {signal.Signals(-code).name} 终止"
    return f"意外退出（退出码 {code}）"
