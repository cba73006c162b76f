"""Work that comes back with the calendar: the short story of one call, and the schedules that call.

Decides that the engine calls on the first day of a period for the one that ended, waits for the morning on which the
work is due, and has it done about each period, oldest first. Which work a place has and when it is due is answered by
an activity, asked again after the wait, since a notice may have moved the morning.

After an outage the engine calls for every first day that it slept through (`CATCH_UP`), the same place's calls side by
side (`ALLOW_ALL`), so that one that cannot be finished never keeps the next from beginning; the diary does each period
once and only the last one that is over (`adapters.rhythm`).
"""

from collections.abc import Mapping
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

with workflow.unsafe.imports_passed_through():
    from activities.rhythm import RhythmActivities, WorkItem, WorkOrder, WorkPlan, WorkQuestion
    from models.readable import Readable
    from models.rhythm import JobKind, JobOutcome
    from policy.rhythm import Lengths, months_of_calls

RHYTHM_QUEUE = "haochaping-rhythm"
"""A queue of its own: a report that takes minutes keeps no step of a case waiting."""

PLAN_TIMEOUT = timedelta(seconds=20)
"""A look at files and two rows."""

WORK_TIMEOUT = timedelta(hours=1)
"""Counting a year of a large city and printing it takes minutes."""

HEARTBEAT = timedelta(seconds=20)
"""A killed worker is noticed after this long, and another one takes over."""

FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=1))
"""A database that is down, a notice that is not published yet: whoever mends it need not think of the work."""

CATCH_UP = timedelta(days=400)
"""Longer than the longest period: a yearly report is not lost by a server that stands still over New Year."""

_CALLED_AT = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""The first day that a schedule called for, also when it could call only later."""


@workflow.defn
class PeriodicWork:
    """One call: what is due, when, and what came of it."""

    @workflow.run
    async def run(self, order: WorkOrder) -> list[JobOutcome]:
        """Wait for the morning on which the work is due and do it; at once where somebody named the periods."""
        if order.periods:
            plan = WorkPlan(periods=order.periods, at=workflow.now())
        else:
            plan = await self._when_due(order)
        return [await self._done(order, plan, number) for number in range(len(plan.periods))]

    async def _when_due(self, order: WorkOrder) -> WorkPlan:
        plan = await self._plan(order)
        while plan.periods and (left := plan.at - workflow.now()) > timedelta(0):
            workflow.set_current_details(Readable(f"{order.title}：{plan.at:%Y-%m-%d %H:%M} 起办理"))
            await workflow.sleep(left, summary=Readable(f"等到 {plan.at:%Y-%m-%d %H:%M}"))
            plan = await self._plan(order)
        return plan

    async def _plan(self, order: WorkOrder) -> WorkPlan:
        called_at = workflow.info().typed_search_attributes.get(_CALLED_AT) or workflow.info().start_time
        return await workflow.execute_activity_method(
            RhythmActivities.plan_work,
            WorkQuestion(jurisdiction=order.jurisdiction, kind=order.kind, called_at=called_at),
            start_to_close_timeout=PLAN_TIMEOUT,
            retry_policy=FOR_EVER,
            summary=Readable(f"{order.title}：何时办理"),
        )

    async def _done(self, order: WorkOrder, plan: WorkPlan, number: int) -> JobOutcome:
        period = plan.periods[number]
        item = WorkItem(
            jurisdiction=order.jurisdiction,
            kind=order.kind,
            period=period,
            planned_at=plan.at,
            at=workflow.now(),
            by=order.by,
        )
        return await workflow.execute_activity_method(
            RhythmActivities.do_work,
            item,
            start_to_close_timeout=WORK_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary=Readable(f"{order.title}：{period.label}"),
        )


def schedule_id(jurisdiction: str, kind: JobKind) -> str:
    """The schedule of some work of a place."""
    return f"haochaping-{jurisdiction}-{kind}"


async def keep_schedules(
    client: Client, places: Mapping[str, str], work: Mapping[str, Mapping[JobKind, Lengths]], queue: str
) -> None:
    """Make the engine's schedules those of the places' work; one that was paused stays so.

    `places` are their names, `work` what of their work this installation can do. Doing it again changes nothing but the
    key under which the orders lie: they are encrypted anew. What a place no longer has is taken away.
    """
    for jurisdiction, name in places.items():
        for kind in JobKind:
            if lengths := work[jurisdiction].get(kind):
                order = WorkOrder(jurisdiction=jurisdiction, kind=kind, place_name=name)
                await _keep(client, order, lengths, queue)
            else:
                await _take_away(client, schedule_id(jurisdiction, kind))


def _schedule(order: WorkOrder, lengths: Lengths, queue: str, state: ScheduleState) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            PeriodicWork.run,
            order,
            id=schedule_id(order.jurisdiction, order.kind),
            task_queue=queue,
            static_summary=Readable(order.title),
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    day_of_month=[ScheduleRange(1)],
                    month=[ScheduleRange(month) for month in months_of_calls(lengths)],
                    comment="上一期结束后的第一天",
                )
            ],
            time_zone_name="Asia/Shanghai",
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=CATCH_UP),
        state=state,
    )


async def _keep(client: Client, order: WorkOrder, lengths: Lengths, queue: str) -> None:
    name = schedule_id(order.jurisdiction, order.kind)

    def renewed(found: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(_schedule(order, lengths, queue, found.description.schedule.state))

    try:
        await client.create_schedule(name, _schedule(order, lengths, queue, ScheduleState()))
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(renewed)


async def _take_away(client: Client, name: str) -> None:
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
