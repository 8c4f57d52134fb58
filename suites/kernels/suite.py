"""Static counters of generated kernels, for a GPU that need not be here.

asv compiles the kernels once, for all counters of all models.
"""

from functools import partial
from typing import Any

from suites import axes, cases, per_model
from suites.kernels import c_code, compile, counters
from suites.metric import metric
from suites.profiles import HEADLINE, profile

SLOW = {"pmsn"} if profile().quick else set()  # compiles for half a minute; all others for a second
WITH_STEPS = [m for m in cases.models() if "step" in axes.forms(m) and m not in SLOW]
MODELS = [m for m in WITH_STEPS if m in HEADLINE or not profile().first_look]
AT: dict[str, Any] = {"gate": "counter", "shape": str(compile.SHAPE)}  # for the report
ARCHS = [compile.NEWEST] if profile().quick else list(compile.ARCHS)


class Kernels:
    """What the machine code of a pass shows, as in `suites.kernels.counters.Counters`."""

    params = (MODELS, list(compile.PASSES), ARCHS)
    param_names = ("model", "pass", "arch")

    def setup_cache(self):
        return {arch: per_model.measure(partial(counters.count, arch), MODELS) for arch in ARCHS}

    setup_cache.timeout = 600  # type: ignore[attr-defined]

    def setup(self, facts, model, run, arch):
        self.counters = per_model.fact(facts[arch], model)[run]

    @metric(unit="registers/thread", gate="counter", tolerance=0.1)
    def track_registers(self, facts, model, run, arch):
        """Registers of a thread; more than 64 leave no room for a full multiprocessor."""
        return self.counters.registers

    @metric(unit="bytes/thread", gate="counter", tolerance=0.0)
    def track_spilled_bytes(self, facts, model, run, arch):
        """Local memory of a thread."""
        return self.counters.spilled_bytes

    @metric(unit="bytes/block", gate="counter", tolerance=0.1)
    def track_shared_bytes(self, facts, model, run, arch):
        """Shared memory of a block."""
        return self.counters.shared_bytes

    @metric(unit="instructions/step", gate="counter", tolerance=0.02)
    def track_instructions_per_step(self, facts, model, run, arch):
        """Instructions of a thread in the loop over time, per step."""
        return self.counters.instructions_per_step

    @metric(unit="loads", gate="counter", tolerance=0.0, direction="higher")
    def track_loads_in_flight(self, facts, model, run, arch):
        """Loads of a thread that are under way at once."""
        return self.counters.loads_in_flight

    @metric(unit="instructions/step", gate="counter", tolerance=0.02)
    def track_chain(self, facts, model, run, arch):
        """The longest chain of dependent instructions, per step."""
        return self.counters.chain

    @metric(unit="kernels/call", tolerance=0.0, **AT)
    def track_launches(self, facts, model, run, arch):
        """Kernels that a call starts, those of torch among them."""
        return self.counters.launches

    @metric(unit="bytes/element", tolerance=0.01, **AT)
    def track_bytes_per_element(self, facts, model, run, arch):
        """Bytes that a call reads and writes in its loops over time, per element of the input."""
        return self.counters.bytes_per_element

    @metric(unit="steps/call", tolerance=0.0, **AT)
    def track_serial_steps(self, facts, model, run, arch):
        """Time steps that a call takes one after the other, at the shape of the suite."""
        return self.counters.serial_steps


class GeneratedC:
    """The generated C, in the machine code for x86-64-v3."""

    params = (MODELS, list(compile.PASSES))
    param_names = ("model", "pass")

    def setup_cache(self):
        return per_model.measure(c_code.instructions_per_step, MODELS)

    setup_cache.timeout = 600  # type: ignore[attr-defined]

    def setup(self, facts, model, run):
        self.count = per_model.fact(facts, model)[run]

    @metric(unit="instructions/step", gate="counter", tolerance=0.02)
    def track_instructions_per_step(self, facts, model, run):
        """Instructions of a step of 8 neurons."""
        return self.count
