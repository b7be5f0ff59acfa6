"""Reads the settings again while calls go on, for the calls that follow."""

import asyncio
import importlib
from collections.abc import Callable

from loguru import logger

from .component_error import ComponentError
from .log import set_up_log
from .modules import Modules
from .services import Services
from .settings.changes import changed_keys, for_running, needs_restart
from .settings.model import Settings
from .settings.problems import SettingsError
from .terms import Terms

Reread = Callable[[], Settings]
"""Reads every layer as at start, and checks it.

Raises:
    SettingsError: with every problem.
"""


class Reload:
    """Replaces the terms of calls to come, or says why they stay as they are.

    Reading, checking and building happen in a thread: calls notice nothing. Requests that come
    while one is at work are answered by one more.
    """

    def __init__(self, services: Services, reread: Reread) -> None:
        self._services = services
        self._reread = reread
        self._modules = Modules(services.settings)
        self._is_wanted = False
        self._task: asyncio.Task[None] | None = None

    def request(self) -> None:
        """Read again, soon; to be called on the event loop."""
        self._is_wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._is_wanted:
            self._is_wanted = False
            try:
                read, terms = await asyncio.to_thread(self._prepare)
            except SettingsError as error:
                logger.error("the settings cannot be used, so the old ones stay:")
                for problem in error.problems:
                    logger.error("{}", problem)
            except (ComponentError, ValueError) as error:
                logger.error("the settings cannot be used, so the old ones stay: {}", error)
            except (Exception, SystemExit) as error:
                logger.error("the settings cannot be read, so the old ones stay: {}", type(error).__name__)
            else:
                self._adopt(read, terms)

    def _prepare(self) -> tuple[Settings, Terms]:
        """Everything that takes time."""
        importlib.invalidate_caches()  # a module may have been added since
        read = self._reread()
        return read, Terms.of(for_running(self._services.settings, read), self._services.terms)

    def _adopt(self, read: Settings, terms: Terms) -> None:
        old = self._services.settings
        self._services.adopt(terms)
        if old.log != read.log:
            set_up_log(read.log.level, read.log.trusted)
        for warning in read.warnings:
            logger.warning("{}", warning)
        logger.info("settings read again, {}", self._told(old, read))

    def _told(self, old: Settings, read: Settings) -> str:
        changed = changed_keys(old, read)
        at_once = [key for key in changed if not needs_restart(key)]
        later = [key for key in changed if needs_restart(key)]
        later += [f"the code of {name}" for name in self._modules.changed(read)]
        parts = [f"for the calls that follow: {', '.join(at_once)}"] if at_once else []
        parts += [f"only with a restart: {', '.join(later)}"] if later else []
        return "; ".join(parts) or "nothing has changed"
