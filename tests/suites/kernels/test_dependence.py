"""What the instructions of a loop wait for."""

from __future__ import annotations

import pytest

from suites.kernels import dependence, sass
from tests.suites.kernels.toy import SASS

CODE = sass.parse(SASS)["forward"]


def body(*lines: str) -> list[sass.Instruction]:
    rows = "".join(f"        /*0000*/   {line} ;\n" for line in lines)
    return sass.parse(f".text.f:\n{rows}")["f"]


def test_the_chain_of_an_iteration_is_that_of_its_steps() -> None:
    assert dependence.chain(CODE[3:17]) == 4


def test_what_starts_anew_in_each_iteration_is_no_chain() -> None:
    assert dependence.chain(body("MOV R1, UR4", "FADD R2, R1, 1", "FADD R3, R2, 1")) == 0


def test_a_chain_may_take_several_iterations() -> None:
    """R1 -> R2 -> R3 -> R1 has four instructions in two iterations."""
    loop = body("FADD R3, R2, 1", "MOV R2, R1", "FADD R1, R3, 1", "FADD R1, R1, 1")
    assert dependence.chain(loop) == 2


def test_a_register_that_may_not_be_written_keeps_its_value() -> None:
    longer = ["FADD R1, R1, 1", "FADD R1, R1, 1"]
    assert dependence.chain(body(*longer, "@P0 MOV R1, RZ")) == 2
    assert dependence.chain(body(*longer, "MOV R1, RZ")) == 0


LOAD = "LDG.E R{0}, [R8.64]"
USE = "FADD R1, R1, R{0}"


@pytest.mark.parametrize(
    ("lines", "loads"),
    [
        ([LOAD.format(4), USE.format(4)], 1),
        ([LOAD.format(4), LOAD.format(5), USE.format(4), USE.format(5)], 2),
        ([LOAD.format(4), USE.format(4), LOAD.format(5), USE.format(5)], 1),
        ([USE.format(4), LOAD.format(4)], 1),
        ([USE.format(5), "MOV R5, R4", LOAD.format(4)], 1),
        (["FADD R1, R1, 1"], 0),
    ],
)
def test_a_load_ends_where_its_register_is_used(lines: list[str], loads: int) -> None:
    assert dependence.loads_in_flight(body(*lines)) == loads


@pytest.mark.parametrize("stages", [1, 2, 8])
def test_copies_end_where_the_code_waits_for_their_group(stages: int) -> None:
    wait = f"DEPBAR.LE SB0, {stages - 1:#x}"
    copy = "LDGSTS.E [R3], [R4.64]"
    assert dependence.loads_in_flight(body(wait, copy, "LDGDEPBAR")) == stages
    assert dependence.loads_in_flight(body(wait, copy, copy, "LDGDEPBAR")) == 2 * stages
