"""The machine code of a GPU, as nvdisasm prints it."""

from __future__ import annotations

import pytest

from suites.kernels import sass
from suites.kernels.sass import Instruction
from tests.suites.kernels.toy import SASS

CODE = sass.parse(SASS)["forward"]


def instruction(text: str) -> Instruction:
    return sass.parse(f".text.f:\n        /*0000*/   {text} ;\n")["f"][0]


def registers(text: str) -> set[str]:
    return set(text.split())


def test_instructions_have_their_place() -> None:
    assert list(sass.parse(SASS)) == ["forward"]
    assert len(CODE) == 21
    assert CODE[3] == Instruction("!P1", "LDG.E", ("R5", "desc[UR6][R2.64]"), 6)
    assert CODE[16] == Instruction("P2", "BRA", ("`(.L_x_0)",), 5, target=3)
    assert [i.name for i in CODE[17:]] == ["STG", "BRA", "EXIT", "BRA"]


def test_lines_of_another_file_are_no_lines_of_the_kernel() -> None:
    assert [i.line for i in CODE[:4]] == [3, 0, 0, 6]


def test_loops_end_in_a_branch_backward() -> None:
    assert sass.loops(CODE) == [range(3, 17), range(17, 19), range(20, 21)]


def test_two_branches_to_one_place_are_one_loop() -> None:
    back = "        /*0000*/   BRA `(.L_0) ;\n"
    assert sass.loops(sass.parse(f".text.f:\n.L_0:\n{back}{back}")["f"]) == [range(0, 2)]


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("FADD R4, -R5, |R6|", "R4", "R5 R6"),
        ("@P0 FMUL R4.reuse, R5.reuse, 0.5", "R4", "R5 P0"),
        ("LDG.E R5, desc[UR6][R2.64]", "R5", "R2 R3 UR6 UR7"),
        ("LDG.E.128 R8, [R2.64+0x10]", "R8 R9 R10 R11", "R2 R3"),
        ("@!P1 STG.E.64 desc[UR6][R2.64], R4", "", "R2 R3 R4 R5 UR6 UR7 P1"),
        ("LDGSTS.E [R3+0x80], desc[UR6][R4.64], P2", "", "R3 R4 R5 UR6 UR7 P2"),
        ("LDS R4, [R3+UR4+0x80]", "R4", "R3 UR4"),
        ("IADD3 R6, P2, P3, R3, UR10, R10", "R6 P2 P3", "R3 UR10 R10"),
        ("IADD3.X R7, R0, UR11, R11, P2, P3", "R7", "R0 UR11 R11 P2 P3"),
        ("LEA R16, P0, R17, R10, 0x2", "R16 P0", "R17 R10"),
        ("ISETP.GE.AND.EX P1, PT, R7, UR37, PT, P4", "P1", "R7 UR37 P4"),
        ("PLOP3.LUT P0, PT, PT, PT, UP0, 0x80, 0x0", "P0", "UP0"),
        ("IMAD.WIDE.U32 R4, R5, 0x20, R8", "R4 R5", "R5 R8 R9"),
        ("DMUL R4, R6, 0.5", "R4 R5", "R6 R7"),
        ("DSETP.GEU.AND P0, PT, R4, R6, PT", "P0", "R4 R5 R6 R7"),
        ("F2F.F64.F32 R4, R6", "R4 R5", "R6"),
        ("F2F.F32.F64 R4, R6", "R4", "R6 R7"),
        ("F2I.S64.TRUNC R4, R6", "R4 R5", "R6"),
        ("I2F.S64 R4, R6", "R4", "R6 R7"),
        ("SHF.L.U64.HI R0, R7, 0x2, R5", "R0", "R7 R5"),
        ("MUFU.EX2 R4, R5", "R4", "R5"),
        ("SEL R0, R28, 0x1, !P0", "R0", "R28 P0"),
        ("IMAD.MOV.U32 R8, RZ, RZ, RZ", "R8", ""),
        ("@!P3 BRA !P0, `(.L_x_3)", "", "P3 P0"),
        ("BSYNC B0", "", ""),
    ],
)
def test_registers(text: str, written: str, read: str) -> None:
    assert instruction(text).writes() == registers(written)
    assert instruction(text).reads() == registers(read)


@pytest.mark.parametrize(("opcode", "size"), [("LDG.E", 4), ("STG.E.64", 8), ("LDG.E.U16", 2)])
def test_bytes_of_a_load_or_store(opcode: str, size: int) -> None:
    assert instruction(f"{opcode} R2, R4").bytes == size
