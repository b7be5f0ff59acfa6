"""Hands finished meetings on: a few at a time, again and again until taken, beside the calls."""

import asyncio
from typing import Protocol

from loguru import logger

from ..settings.model import AfterCallSettings
from ..store.errors import StoreUnavailable
from ..store.rows import Meeting
from ..store.sink import Chunk
from . import retry
from .finished import AfterCall, DeliveryRefused, EndedBy, FinishedMeeting
from .jobs import Job, Jobs

AT_ONCE = 4
"""Deliveries of one process at the same time, so that a slow receiver costs next to nothing."""

LOOK_SECS = 15.0
"""How often the file is looked at for what another process left behind."""

CLOSE_SECS = 2.0
"""How long the end of the server waits; what is left goes on with the next start."""

_CANCEL_SECS = 1.0


class Meetings(Protocol):
    """Where finished meetings are read from."""

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting, if it is still there."""
        ...

    async def chunks(self, meeting_id: str) -> list[Chunk]:
        """Its transcript in order."""
        ...


class Deliveries:
    """Takes jobs from the state file and delivers each with the component of the present settings."""

    def __init__(self, jobs: Jobs, store: Meetings) -> None:
        self._jobs = jobs
        self._store = store
        self._settings = AfterCallSettings()
        self._receiver: AfterCall | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None

    def adopt(self, settings: AfterCallSettings, receiver: AfterCall | None) -> None:
        """From now on deliver this way; what is on its way ends as it began."""
        if self._receiver is not None and self._receiver is not receiver:
            self._let_go(self._receiver)
        self._settings, self._receiver = settings, receiver
        if receiver is not None and self._task is None:
            self._task = asyncio.create_task(self._run())
        self._wake.set()

    async def meeting_begun(self, meeting_id: str, agent: str, user: str) -> None:
        """A call of this meeting has begun."""
        await self._jobs.begin(meeting_id, agent, user)

    async def meeting_over(self, meeting_id: str, ended_by: EndedBy) -> None:
        """Return once it is durable that this meeting, all of it in the database, is to be handed on."""
        await self._jobs.end(meeting_id, ended_by, wanted=self._settings.is_on)
        self._wake.set()

    async def close(self) -> None:
        """Tries what is due once more, briefly."""
        self._is_closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CLOSE_SECS)
            await _cancelled({self._task, *self._running})
            await self._let_jobs_go()
        if self._receiver is not None:
            self._let_go(self._receiver)
        await _cancelled(self._closing, after_secs=CLOSE_SECS)
        self._receiver = self._task = None

    async def _let_jobs_go(self) -> None:
        try:
            await self._jobs.let_go()
        except StoreUnavailable as error:
            logger.warning("finished meetings wait: {}", error)

    def _let_go(self, receiver: AfterCall) -> None:
        """Closes a receiver once nothing is on its way to it."""
        task = asyncio.create_task(_close(receiver, set(self._running)))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._start_what_is_due()
                if self._is_closing and not self._running:
                    return
                pause_secs = await self._look_in_secs()
            except StoreUnavailable as error:
                logger.warning("finished meetings wait: {}", error)
                pause_secs = LOOK_SECS
            await _set_within(self._wake, pause_secs)

    async def _start_what_is_due(self) -> None:
        while self._receiver is not None and len(self._running) < AT_ONCE:
            job = await self._jobs.claim()
            if job is None:
                return
            task = asyncio.create_task(self._deliver(job, self._receiver, self._settings))
            self._running.add(task)
            task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            logger.error("a finished meeting waits for the next start: {}", type(error).__name__)

    async def _look_in_secs(self) -> float:
        if len(self._running) >= AT_ONCE or self._receiver is None:
            return LOOK_SECS
        due_secs = await self._jobs.next_due_secs()
        return LOOK_SECS if due_secs is None else min(LOOK_SECS, due_secs)

    async def _deliver(self, job: Job, receiver: AfterCall, settings: AfterCallSettings) -> None:
        """One try; a job that is cut off by the end of the server is let go of there."""
        try:
            meeting = await self._finished(job)
            async with asyncio.timeout(settings.timeout_secs):
                await receiver.deliver(meeting)
        except DeliveryRefused as error:
            logger.error("meeting {} is not handed on: {}", job.meeting_id, error)
            await self._jobs.done(job.meeting_id)
        except Exception as error:
            await self._try_later(job, error, settings.give_up_secs)
        else:
            logger.info("meeting {} is handed on", job.meeting_id)
            await self._jobs.done(job.meeting_id)

    async def _finished(self, job: Job) -> FinishedMeeting:
        if await self._store.meeting(job.meeting_id) is None:
            raise DeliveryRefused("it is no longer in the database")
        chunks = await self._store.chunks(job.meeting_id)
        return FinishedMeeting(
            id=job.meeting_id,
            agent=job.agent,
            user=job.user,
            started_at=job.started_at,
            ended_at=job.ended_at,
            ended_by=job.ended_by,
            chunks=tuple(chunks),
        )

    async def _try_later(self, job: Job, error: Exception, give_up_secs: float) -> None:
        said = f"meeting {job.meeting_id} could not be handed on: {retry.why(error)}"
        if job.age_secs > give_up_secs:
            logger.error("{}; given up after {} tries", said, job.tries)
            await self._jobs.done(job.meeting_id)
            return
        pause_secs = retry.pause_secs(job.tries, error)
        logger.warning("{}; again in {:.0f} s", said, pause_secs)
        await self._jobs.later(job.meeting_id, pause_secs)


async def _close(receiver: AfterCall, under_way: set[asyncio.Task[None]]) -> None:
    if under_way:
        await asyncio.wait(under_way)
    close = getattr(receiver, "aclose", None)
    try:
        await close() if close else None
    except Exception as error:
        logger.warning("[after_call] could not be closed: {}", type(error).__name__)


async def _cancelled(tasks: set[asyncio.Task[None]], after_secs: float = 0.0) -> None:
    """Ends tasks, and waits no longer than is bearable for one that will not."""
    tasks = set(tasks)
    if tasks and after_secs:
        _, tasks = await asyncio.wait(tasks, timeout=after_secs)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_CANCEL_SECS)


async def _set_within(event: asyncio.Event, secs: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), secs)
    except TimeoutError:
        return
