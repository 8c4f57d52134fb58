"""The process that measures: everything that changes it stands here, and nothing else does.

Importing a module of `suites` changes nothing. asv's entry (`ci/plugins/prepare.py`), the gate's
worker and the commands call `prepare` first.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os

import torch

from suites.profiles import profile

# glibc's mallopt(3): M_TRIM_THRESHOLD, M_MMAP_MAX
_KEEP_FREED, _MAP_NOTHING = (-1, 2**31 - 1), (-4, 0)

# What the cases of the suites import at their first use: dispatch modes and optimizers take
# torch._dynamo, the digits come from scikit-learn.
_PRELOADED = ("torch._dynamo", "sklearn.datasets", "sklearn.model_selection")


def prepare(*, preload: bool = False) -> None:
    """Make this process fit for measuring: one thread, freed memory kept, compiled graphs lasting.

    Freed memory is kept for the next call, as torch does on a GPU. Otherwise long sequences pay for
    the system's fresh pages at every call and short ones do not: the time of DSN then grew as T^1.3
    where the work is linear.

    `preload` imports now what cases import at their first use. A server that is forked for every
    case, as asv's, does so once; a worker of the gate, which lives through many cases, need not.
    """
    import torch._functorch.config as functorch_config

    torch.set_num_threads(1)
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(*_KEEP_FREED)
        mallopt(*_MAP_NOTHING)
    functorch_config.donated_buffer = False  # a compiled graph must last for several backwards
    if preload:
        _preload()


def _preload() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    if profile().slow_starts:
        # A server must not hand a pool of compiler processes to what it forks.
        os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
        importlib.import_module("torch._inductor.compile_fx")
    gc.freeze()  # otherwise every case would collect its garbage among all that
