"""Read the machine code of a GPU, SASS, as nvdisasm prints it: instructions, registers, loops."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_KERNEL = re.compile(r"^\.text\.(\w+):$", re.MULTILINE)
_SOURCE = re.compile(r'\s*//## File "([^"]*)", line (\d+)')
_LABEL = re.compile(r"(\.L_\w+):")
_INSTRUCTION = re.compile(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?([A-Z][\w.]*)\s*(.*?)\s*;")
_COMMA = re.compile(r",\s*")
_REGISTER = re.compile(r"\b(U?R)(\d+)\b(?:\.(\w+))?")
_PREDICATE = re.compile(r"\bU?P\d\b")
_ONLY_PREDICATE = re.compile(r"!?U?P(?:\d|T)")
_TARGET = re.compile(r"`\((\.L_\w+)\)")

# Instructions that write no register: stores, copies to shared memory, branches, barriers.
_WRITES_NOTHING = {
    *("ST", "STG", "STS", "STL", "RED", "REDG", "LDGSTS", "LDGDEPBAR", "DEPBAR", "CCTL", "MEMBAR"),
    *("BAR", "BRA", "BRX", "BSSY", "BSYNC", "BREAK", "CALL", "RET", "EXIT", "NOP", "WARPSYNC"),
    *("ERRBAR", "YIELD", "ARRIVES", "SYNCS", "NANOSLEEP", "BPT"),
}
_COMPARES = {"ISETP", "FSETP", "DSETP", "PLOP3", "UISETP", "UPLOP3"}  # they write two predicates
_LOADS = {"LD", "LDG", "LDS", "LDL", "LDC", "ULDC"}
_STORES = {"ST", "STG", "STS", "STL"}
_BYTES = {"U8": 1, "S8": 1, "U16": 2, "S16": 2, "64": 8, "128": 16}
# A number of 64 bits is in two registers, of which the code names the first.
_WIDE_RESULT = re.compile(r"D[A-Z]+\b|U?IMAD\.WIDE|(F2F|I2F|FRND)\.F64|F2I\.[SU]64|CS2R$")
_WIDE_SOURCE = re.compile(r"D[A-Z]+\b|F2F\.F\d+\.F64|(F2I|FRND)\.(\w+\.)*F64|I2F\.(\w+\.)*[SU]64")


class Instruction(NamedTuple):
    """One instruction, and the line of the kernel's text that it comes from."""

    predicate: str  # without "@"; "" if it always runs
    opcode: str  # with its suffixes: "LDG.E.64"
    operands: tuple[str, ...]
    line: int  # 0 if it comes from another file
    target: int | None = None  # where a branch goes: the position of an instruction

    @property
    def name(self) -> str:
        """The opcode without its suffixes."""
        return self.opcode.partition(".")[0]

    @property
    def bytes(self) -> int:
        """How many bytes a thread loads or stores by it."""
        return next((_BYTES[s] for s in self.opcode.split(".")[1:] if s in _BYTES), 4)

    def writes(self) -> set[str]:
        """Return the registers and predicates that it writes."""
        if self.name in _LOADS:
            count = self.bytes // 4
        else:
            count = 2 if _WIDE_RESULT.match(self.opcode) else 1
        return {r for operand in self._written() for r in _registers(operand, count)}

    def reads(self) -> set[str]:
        """Return the registers and predicates that it reads, its own predicate among them."""
        sources = self.operands[len(self._written()) :]
        count = 2 if _WIDE_SOURCE.match(self.opcode) else 1
        read = {r for operand in (*sources, self.predicate) for r in _registers(operand, count)}
        if self.name in _STORES:
            read |= set(_registers(self.operands[-1], self.bytes // 4))
        if "IMAD.WIDE" in self.opcode and len(self.operands) > 3:
            read |= set(_registers(self.operands[3], 2))  # the addend
        return read

    def _written(self) -> tuple[str, ...]:
        """Return the operands that it writes: a register, predicates before and after it."""
        if self.name in _WRITES_NOTHING:
            return ()
        if self.name in _COMPARES:
            return self.operands[:2]
        before = _predicates(self.operands)
        after = _predicates(self.operands[before + 1 :])
        return self.operands[: before + 1 + after]


def _predicates(operands: Sequence[str]) -> int:
    """Return how many of the first operands are predicates."""
    marks = [bool(_ONLY_PREDICATE.fullmatch(operand)) for operand in operands]
    return [*marks, False].index(False)


def _registers(operand: str, count: int) -> Iterator[str]:
    """Yield the registers and predicates of an operand; a register stands for `count` in a row."""
    for kind, number, suffix in _REGISTER.findall(operand):
        wide = suffix == "64" or (kind == "UR" and operand.startswith("desc["))
        for following in range(2 if wide else max(1, count)):
            yield f"{kind}{int(number) + following}"
    yield from _PREDICATE.findall(operand)


def parse(text: str) -> dict[str, list[Instruction]]:
    """Return the instructions of each kernel in what `nvdisasm -g -c` prints."""
    _, *parts = _KERNEL.split(text)
    return {name: _instructions(code) for name, code in zip(parts[::2], parts[1::2], strict=True)}


def _instructions(code: str) -> list[Instruction]:
    """Return the instructions of one kernel; their lines are those of the first file it names."""
    found: list[Instruction] = []
    places: dict[str, int] = {}  # from a label to the position of the instruction behind it
    file, line = "", 0
    for row in code.splitlines():
        if source := _SOURCE.match(row):
            file = file or source[1]
            line = int(source[2]) if source[1] == file else 0
        elif label := _LABEL.match(row):
            places[label[1]] = len(found)
        elif parts := _INSTRUCTION.match(row):
            predicate, opcode, operands = parts.groups("")
            found.append(Instruction(predicate, opcode, tuple(_COMMA.split(operands)), line))
    return [i._replace(target=_target(i, places)) for i in found]


def _target(instruction: Instruction, places: Mapping[str, int]) -> int | None:
    labels = _TARGET.findall(instruction.operands[-1]) if instruction.name == "BRA" else []
    return places.get(labels[0]) if labels else None


def loops(code: Sequence[Instruction]) -> list[range]:
    """Return the loops as positions of their instructions, from the first to the branch back."""
    ends = {i.target: at for at, i in enumerate(code) if i.target is not None and i.target <= at}
    return [range(first, last + 1) for first, last in ends.items()]
