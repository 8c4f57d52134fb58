"""The DSN paper's answers for the models, and why ours differ in places.

We read a tick under function 2 as both controls, of definitions 3.2 and 3.3.
"""

from __future__ import annotations

# Table 1: nonlinearity, control of the potential, and the three conditions. BPSN is not among our
# models.
COLUMNS = {
    "function 1": ("nonlinearity",),
    "function 2": ("short_control", "long_control"),
    "condition 1": ("causality", "shift_invariance"),
    "condition 2": ("online",),
    "condition 3": ("parallel",),
}
TABLE_1 = {
    "lif": (True, True, True, True, False),
    "psn": (False, False, False, False, True),
    "masked_psn": (False, False, False, False, True),
    "sliding_psn": (False, True, True, True, True),
    "prf": (False, True, True, True, True),
    "ipsu": (True, False, False, False, True),
    "dsn": (True, True, True, True, True),
}

# Propositions A.1-A.5: short and long control, by model and reset.
PROPOSITIONS = {
    "iaf, hard reset": (True, True),
    "lif, hard reset": (True, True),
    "iaf, soft reset": (False, False),
    "lif, soft reset": (False, True),
    "dsn, taps that reset": (True, True),
}

# (model, column) -> why the experiment's answer is not the paper's.
EXPLAINED = {
    ("ipsu", "function 1"): (
        "The authors' code, which our golden vectors follow, computes the reset from the input by a"
        " matrix only. The sigmoid that makes the potential nonlinear is in PSU and RPSU only."
    ),
    ("prf", "function 2"): (
        "The resonator decays by a fixed factor per step, so it has long control. But for any"
        " window there is a pulse so large that the neuron still fires after it, the argument by"
        " which Proposition A.4 denies short control to soft-reset LIF. The paper's one column for"
        " both can mean long control only."
    ),
    ("dsn", "function 2"): (
        "Equation A.17 is a condition on the decay. Some parameters meet it, others do not. In a"
        " channel whose initial taps are positive, a large input brings the decay near 1, and then"
        " the potential decays by a fixed factor per step. With one negative tap on the previous"
        " input the decay falls to 0 after a spike, and both controls hold: see 'dsn, taps that"
        " reset'."
    ),
}
