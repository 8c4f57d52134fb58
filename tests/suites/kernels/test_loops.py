"""The loops over time of a kernel."""

from __future__ import annotations

import pytest

from suites.kernels import loops, sass
from tests.suites.kernels.toy import SASS, TEXT

CODE = sass.parse(SASS)["toy"]


def test_an_unrolled_loop_has_a_store_for_each_step() -> None:
    (loop,) = loops.time_loops(TEXT, "toy", CODE)
    assert loop == (CODE[3:17], 2)


def test_bytes_of_a_step_are_those_of_its_loads_and_stores() -> None:
    found = loops.time_loops(TEXT, "toy", CODE)
    assert loops.bytes_per_step(TEXT, found) == 8
    assert loops.bytes_per_step(TEXT, [*found, *found]) == 8, "x is in the cache at its second use"


def test_what_is_stored_and_loaded_again_stays_in_the_cache() -> None:
    again = TEXT.replace("tl.load(x", "tl.load(s")
    assert loops.bytes_per_step(again, loops.time_loops(again, "toy", CODE)) == 0


def test_the_loops_inside_count_not_the_one_around() -> None:
    nested = TEXT.replace("    for t", "    for c in range(9):\n     for t").splitlines()
    nested[6:9] = [f"  {line}" for line in nested[6:9]]
    around = [
        *(i._replace(line=i.line + 1, target=i.target) for i in CODE[:19]),
        sass.Instruction("P4", "BRA", ("`(.L_x_9)",), 5, target=0),
    ]
    (loop,) = loops.time_loops("\n".join(nested), "toy", around)
    assert loop.steps == 2 and len(loop.body) == 14


def test_a_kernel_without_a_loop_over_time() -> None:
    with pytest.raises(ValueError, match="'other' has no loop over time"):
        loops.time_loops(TEXT, "other", CODE)
    with pytest.raises(ValueError, match="no loop with the store of line 7"):
        loops.time_loops(TEXT, "toy", CODE[:16])
