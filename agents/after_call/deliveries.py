"""Hands finished meetings on: a few at a time, again and again until taken, beside the calls."""

import asyncio
import random

from loguru import logger

from ..settings.model import AfterCallSettings
from ..store.errors import StoreUnavailable
from ..store.store import SqlStore
from .finished import AfterCall, DeliveryFailed, DeliveryRefused, EndedBy, FinishedMeeting
from .jobs import Job, Jobs

AT_ONCE = 4
"""Deliveries of one process at the same time, so that a slow receiver costs next to nothing."""

FIRST_PAUSE_SECS = 1.0
LONGEST_PAUSE_SECS = 3_600.0
_GROWTH = 3
"""1, 3, 9, 27 s ... between tries, each up to a fifth more or less so that many don't come at once."""

LOOK_SECS = 15.0
"""How often the file is looked at for what another process left behind."""

CLOSE_SECS = 2.0
"""How long the end of the server waits; what is left goes on with the next start."""

_CANCEL_SECS = 1.0


class Deliveries:
    """Takes jobs from the state file and delivers each with the component of the present settings."""

    def __init__(self, jobs: Jobs, store: SqlStore) -> None:
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
        await self._jobs.end(meeting_id, ended_by, wanted=self._receiver is not None)
        self._wake.set()

    async def close(self) -> None:
        """Tries what is due once more, briefly."""
        self._is_closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CLOSE_SECS)
        await _cancelled({task for task in (self._task, *self._running) if task})
        if self._receiver is not None:
            self._let_go(self._receiver)
        await _cancelled(self._closing, after_secs=CLOSE_SECS)
        self._receiver = self._task = None

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
                pause_secs = await self._pause_secs()
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

    async def _pause_secs(self) -> float:
        if len(self._running) >= AT_ONCE or self._receiver is None:
            return LOOK_SECS
        due_secs = await self._jobs.next_due_secs()
        return LOOK_SECS if due_secs is None else min(LOOK_SECS, due_secs)

    async def _deliver(self, job: Job, receiver: AfterCall, settings: AfterCallSettings) -> None:
        """One try; the job is let go of however it ends."""
        try:
            meeting = await self._finished(job)
            async with asyncio.timeout(settings.timeout_secs):
                await receiver.deliver(meeting)
        except DeliveryRefused as error:
            logger.error("meeting {} is not handed on: {}", job.meeting_id, error)
            await self._jobs.done(job.meeting_id)
        except Exception as error:
            await self._try_later(job, error, settings.give_up_secs)
        except asyncio.CancelledError:
            await self._jobs.later(job.meeting_id, 0)
            raise
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
        if job.age_secs > give_up_secs:
            logger.error("meeting {} is given up after {} tries: {}", job.meeting_id, job.tries, _why(error))
            await self._jobs.done(job.meeting_id)
            return
        pause_secs = _pause_secs(job.tries, error)
        logger.warning(
            "meeting {} is not handed on yet: {}; again in {:.0f} s", job.meeting_id, _why(error), pause_secs
        )
        await self._jobs.later(job.meeting_id, pause_secs)


def _pause_secs(tries: int, error: Exception) -> float:
    grown = FIRST_PAUSE_SECS * _GROWTH ** min(tries - 1, 20)
    asked = error.retry_after_secs if isinstance(error, DeliveryFailed) else 0.0
    return min(max(grown * random.uniform(0.8, 1.2), asked), LONGEST_PAUSE_SECS)  # noqa: S311


def _why(error: Exception) -> str:
    """A component's own errors may quote the meeting, so only their kind is told."""
    if isinstance(error, TimeoutError):
        return "the receiver took too long"
    return str(error) if isinstance(error, DeliveryFailed | StoreUnavailable) else type(error).__name__


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
