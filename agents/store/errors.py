"""How the store says no: one sentence each, without a row's text or a password."""


class StoreUnavailable(Exception):
    """The database cannot be used now; what was asked for may be tried again later."""


class RowRefused(Exception):
    """The database will never take this row: its meeting is gone, or a value does not fit."""
