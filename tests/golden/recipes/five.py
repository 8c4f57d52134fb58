"""LIF, PLIF, PSN, sliding PSN and DSN."""

from tests.golden.cases import Case, Recipe


def integrate(case: Case) -> Recipe:
    """lif and plif with SpikingJelly's arguments; without v_reset the reset is soft."""
    hyper = case.hyper
    options = {"v_th": hyper["v_threshold"], "decay_input": hyper["decay_input"]}
    options |= {key: hyper[key] for key in ("tau", "v_reset") if hyper.get(key) is not None}
    mode = "soft" if hyper["v_reset"] is None else "hard"
    return Recipe(case.neuron, options, mode, hyper["detach_reset"])


def lif_noreset(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"tau": hyper["tau"], "v_th": hyper["v_threshold"], "decay_input": True}
    return Recipe("lif", options)


def psn(case: Case) -> Recipe:
    return Recipe("psn", {}, renamed={"fc.weight": "weight", "fc.bias": "bias"})


def sliding_psn(case: Case) -> Recipe:
    return Recipe("sliding_psn", {"k": case.hyper["k"]}, renamed={"threshold": "bias"})


def dsn(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"k": hyper["k"], "tau": hyper["tau"], "enhanced": hyper["enhanced_mix"]}
    return Recipe("dsn", options)


RECIPES = {
    "dsn": dsn,
    "lif": integrate,
    "lif_noreset": lif_noreset,
    "plif": integrate,
    "psn": psn,
    "sliding_psn": sliding_psn,
}
