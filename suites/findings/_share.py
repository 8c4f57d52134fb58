"""The cases of T and of tau, before and after, in which ST-DANO's theorem is tried."""

from __future__ import annotations

CASES = [
    (T, before, after)
    for T in (4, 6, 8, 10, 16)
    for before, after in ((2.0, 1.05), (2.0, 1.5), (4.0, 2.0), (10.0, 9.0))
]
