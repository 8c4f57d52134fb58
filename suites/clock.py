"""The clock of every timing."""

import time
from collections.abc import Callable

import torch

_CACHE_BYTES = 256 * 2**20  # more than the last-level cache of any GPU


def now() -> float:
    """Return the time in seconds, after the GPU, if one is in use, has finished its work."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()


def mean_seconds(
    run: Callable[[], object], calls: int = 100, warm_ups: int = 10, limit: float = 30.0
) -> float:
    """Return the mean seconds of `calls` calls in a row, after `warm_ups` calls.

    The GPU is waited for before the first and after the last of them, not in between: its work
    overlaps with the host's, as in training. A single call timed with `now` is the latency.
    Slow calls are fewer: neither a warm-up nor a call starts `limit` seconds after the first.
    """
    _repeat(run, warm_ups, limit)
    start = now()
    number = _repeat(run, calls, limit)
    return (now() - start) / number


def _repeat(run: Callable[[], object], calls: int, limit: float) -> int:
    """Call `run` so often, but not after `limit` seconds; return the number of calls."""
    end = time.perf_counter() + limit
    for number in range(1, calls + 1):
        run()
        if time.perf_counter() > end:
            return number
    return calls


def best_seconds(runs: list[Callable[[], object]], calls: int, limit: float) -> list[float]:
    """Return the seconds of the fastest call of each of `runs`, which alternate.

    There are `calls` calls of each, or fewer: none starts after `limit` seconds.
    """
    best = [float("inf")] * len(runs)
    end = now() + limit
    for number in range(calls + 1):
        for i, run in enumerate(runs):
            start = now()
            run()
            if number:  # the first call only warms up
                best[i] = min(best[i], now() - start)
        if number and now() > end:
            break
    return best


def flush_cache() -> None:
    """Overwrite the cache of the GPU, if one is in use, so that a call reads its input anew."""
    if torch.cuda.is_initialized():
        torch.empty(_CACHE_BYTES, dtype=torch.int8, device="cuda").zero_()
