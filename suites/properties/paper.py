"""What the DSN paper says of the models, and why the experiments say otherwise in places.

A tick under function 2 is taken to claim both controls, of the definitions 3.2 and 3.3.
"""

from __future__ import annotations

# Table 1: nonlinearity, control of the potential, and the three conditions. BPSN is not among our
# models.
COLUMNS = {
    "function 1": ("nonlinearity",),
    "function 2": ("short_control", "long_control"),
    "condition 1": ("causality", "time_invariance"),
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
        "The authors' code, which our golden vectors follow, takes the reset from the input by a"
        " matrix alone. The sigmoid that makes the potential nonlinear is in PSU and RPSU only."
    ),
    ("prf", "function 2"): (
        "The resonator forgets by a fixed factor per step, so it controls in the long run; but for"
        " any window some pulse is large enough to outlast it, which is how Proposition A.4 denies"
        " short control to soft-reset LIF. The paper's one column for both can mean long control"
        " only."
    ),
    ("dsn", "function 2"): (
        "Equation A.17 is a condition on the decay that parameters can meet, not one that all of"
        " them do. A drawn channel whose taps are positive closes its leak at a large input and"
        " then forgets by a fixed factor per step. With one negative tap on the last input the"
        " decay falls to 0 after a spike and both controls hold: see 'dsn, taps that reset'."
    ),
}
