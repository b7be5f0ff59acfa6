"""Tests that take `net` hold over both transports."""

import pytest

from .nets import NETS, Net


@pytest.fixture(params=NETS, ids=lambda net: net.transport)
def net(request: pytest.FixtureRequest) -> Net:
    return request.param
