"""The only module that changes the process that measures.

Importing a module of `suites` changes nothing. asv's entry (`ci/plugins/prepare.py`), the gate's
worker and the command lines of the suites call `prepare` first.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os

import torch
import torch._functorch.config as functorch_config

from suites.profiles import profile

# (parameter, value) of glibc's mallopt(3): M_TRIM_THRESHOLD and M_MMAP_MAX
_KEEP_FREED, _MAP_NOTHING = (-1, 2**31 - 1), (-4, 0)

# What the cases import at their first use: dispatch modes and optimizers import torch._dynamo, the
# digits come from scikit-learn.
_PRELOADED = ("torch._dynamo", "sklearn.datasets", "sklearn.model_selection")


def prepare(*, preload: bool = False) -> None:
    """Set up this process for measuring: one thread, freed memory kept, graphs that can be reused.

    Freed memory is kept for the next call, as torch does on a GPU. Otherwise every call with a long
    sequence waits for fresh pages from the system and a short one does not: the time of DSN grew
    as T^1.3, although its work is linear in T.

    `preload` imports now what cases import at their first use. asv forks a process for every case
    from a server, which imports once for all of them. A worker of the gate runs all its cases
    itself and needs no preload.
    """
    torch.set_num_threads(1)
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(*_KEEP_FREED)
        mallopt(*_MAP_NOTHING)
    # torch.compile would free a graph's buffers in its first backward; timings run several.
    functorch_config.donated_buffer = False
    if preload:
        _preload()


def _preload() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    if profile().slow_starts:
        # Inductor starts a pool of compiler processes at import, which a fork must not inherit.
        os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
        importlib.import_module("torch._inductor.compile_fx")
    gc.freeze()  # otherwise the garbage collector of every case would walk over all these modules
