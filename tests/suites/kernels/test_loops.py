"""The loop over time of a kernel."""

from __future__ import annotations

import pytest

from suites.kernels import loops, sass
from tests.suites.kernels.toy import SASS, TEXT

CODE = sass.parse(SASS)["forward"]


def test_an_unrolled_loop_has_a_store_for_each_step() -> None:
    loop = loops.loop_over_time(TEXT, "forward", CODE)
    assert loop == (CODE[3:17], 2)


def test_bytes_of_an_iteration_are_those_of_its_loads_and_stores() -> None:
    assert loops.loop_over_time(TEXT, "forward", CODE).bytes == 16


def test_a_loop_around_the_loops_over_time_is_none() -> None:
    around = [*CODE[:19], sass.Instruction("P4", "BRA", ("`(.L_x_9)",), 5, target=0)]
    assert loops.loop_over_time(TEXT, "forward", around) == (CODE[3:17], 2)


def test_another_store_is_no_step() -> None:
    text = TEXT.replace("tl.store(s + at", "tl.store(state + at")
    with pytest.raises(ValueError, match="no loop of the kernel 'forward' stores 's'"):
        loops.loop_over_time(text, "forward", CODE)
