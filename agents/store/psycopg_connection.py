"""A connection that does not wait for ever; apart from the rest because psycopg is an extra."""

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus

from .postgres import ANSWER_SECS


class BoundedConnection(Connection[Any]):
    """Closes itself when the server has not answered within `ANSWER_SECS`.

    A server process that was stopped, or whose disk hangs, keeps its TCP connection alive and so
    defeats both keepalives and `statement_timeout`.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Every wait of psycopg for the server comes through here."""
        try:
            return super().wait(gen, interval, ANSWER_SECS if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
