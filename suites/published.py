"""The options under which each model's own paper uses it, with their source.

An option that a paper does not print stays the model's default and is named in `unmet`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import neurons


class Published(NamedTuple):
    """What a paper prints about its neuron."""

    source: str
    options: Mapping[str, Any] = MappingProxyType({})  # of `neurons.Layer`
    unmet: tuple[str, ...] = ()  # what is not printed, so that the model's default stands


def _not_printed(*names: str) -> tuple[str, ...]:
    return tuple(f"{name} is not printed: the model's default" for name in names)


_RECT = neurons.surrogate("rect", width=1.0)
_CLOSED = neurons.surrogate("rect", width=1.0, closed=True)
_QUADRATIC = neurons.surrogate("piecewise_quadratic", alpha=1.0)
_STDANO = {"v_th": 1.0, "decay": "exp", "surrogate": _QUADRATIC}
_STC = {"reset": "soft", "surrogate": "sigmoid", "norm": True}
_PSU = {"surrogate": "atan"}

PAPER = {
    "atlif": Published(
        "DS-ATGO Eq. 2-7, tau .2 and f_c 1 of its code",
        {"tau": 0.2, "v_th": 1.0, "f_c": 1.0, "reset": "hard", "surrogate": _CLOSED},
    ),
    "clif": Published(
        "CLIF Eq. 8, 15-19, appendix H: rectangle, alpha = V_th = 1, tau 2",
        {"tau": 2.0, "v_th": 1.0, "decay_input": False, "reset": "soft", "surrogate": _RECT},
    ),
    "dsn": Published(
        "DSN Eq. 9-12, appendix B: N 4, k 4, tau .25",
        {"k": 4, "tau": 0.25, "surrogate": neurons.surrogate("integer", N=4)},
    ),
    "glif": Published("Yao et al. 2022 and its code: rectangle", {"surrogate": "rect"}),
    "iaf": Published("DSN Eq. A.1", {"v_th": 1.0, "reset": "hard"}, _not_printed("surrogate")),
    "ilif": Published(
        "Luo et al. 2024 Eq. 4-6: N 4, decay 1/4",
        {"tau": 4 / 3, "surrogate": neurons.surrogate("integer", N=4), "detach_reset": True},
    ),
    "ipsu": Published("Li et al. 2024", _PSU, _not_printed("surrogate")),
    "klif": Published(
        "Jiang & Zhang 2023", {"decay_input": True, "reset": "hard"}, _not_printed("surrogate")
    ),
    "lif": Published(
        "DSN Eq. 1-3: charge (1 - beta) X, hard reset",
        {"decay_input": True, "v_th": 1.0, "reset": "hard"},
        _not_printed("surrogate", "tau"),
    ),
    "llif": Published(
        "ST-DANO Eq. 3, 6, 7, 12: alpha 1",
        _STDANO | {"gamma": 0.1},
        _not_printed("tau", "reset"),
    ),
    "lmh": Published(
        "Hao et al. 2024 and its code: v_S starts at V_th / 2, reset detached",
        {"v_start": 0.5, "detach_reset": True, "surrogate": "triangle"},
    ),
    "masked_psn": Published("Fang et al. 2023", {"surrogate": "atan"}, _not_printed("k")),
    "mpd_agl": Published("Jiang et al. 2025, Theorem 2", {"tau": 0.2, "v_th": 0.5}),
    "plif": Published(
        "Fang et al. 2021 Eq. 2-4, 7: charge x / tau, tau 2, hard reset",
        {"tau": 2.0, "decay_input": True, "reset": "hard", "surrogate": "atan"},
    ),
    "pmsn": Published("Chen et al. 2024", {"mode": "reset", "surrogate": "triangle"}),
    "prf": Published("Huang et al. 2024: dt .001 to .1", {"dt_min": 0.001, "dt_max": 0.1}),
    "psn": Published("Fang et al. 2023 Eq. 8-9", {"surrogate": "atan"}),
    "psu": Published("Li et al. 2024", _PSU, _not_printed("surrogate")),
    "rpsu": Published("Li et al. 2024", _PSU, _not_printed("surrogate")),
    "sliding_psn": Published("DSN appendix B.1: k 64", {"k": 64, "surrogate": "atan"}),
    "slif": Published(
        "ST-DANO Eq. 3, 8, 9, 12, 24: alpha 1, beta .1, tau >= 1.05",
        _STDANO | {"beta": 0.1, "tau_min": 1.05, "reset": "soft"},
        _not_printed("tau"),
    ),
    "stclif": Published("STC Eq. 8-13; GroupNorm in the gates by its parameter tables", _STC),
    "stclmh": Published("STC appendix C; GroupNorm in the gates by its parameter tables", _STC),
    "stcplif": Published("STC appendix B; GroupNorm in the gates by its parameter tables", _STC),
    "super": Published("ST-DANO Eq. 3, 6-10, 12, 24", _STDANO, _not_printed("tau", "reset")),
    "tclif": Published(
        "Zhang et al. 2024, supplementary Table 4",
        {"feed": "before", "gamma": 0.5, "reset": "soft", "surrogate": "triangle"},
    ),
}
