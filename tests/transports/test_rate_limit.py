"""A bucket lets through the burst, then the average."""

from turnwise.transports.rate_limit import TokenBucket


def test_after_a_burst_only_the_average_passes():
    now = 0.0
    bucket = TokenBucket(per_sec=10, burst=5, clock=lambda: now)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    now = 0.25
    assert [bucket.take() for _ in range(3)] == [True, True, False]


def test_a_quiet_time_fills_no_more_than_a_burst():
    now = 0.0
    bucket = TokenBucket(per_sec=10, burst=5, clock=lambda: now)
    now = 1000.0
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
