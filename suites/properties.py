"""What each neuron can do, by experiment: the functions and conditions of the DSN paper's Table 1.

A value is 1 where the property holds and 0 where it does not; the report shows the table.
"""

import neurons
from suites import cases

PROPERTIES = (
    "nonlinearity",
    "short_control",
    "long_control",
    "causality",
    "time_invariance",
    "online",
    "parallel",
    "extrapolation",
)
VARIANTS = (
    "iaf, hard reset",
    "lif, hard reset",
    "iaf, soft reset",
    "lif, soft reset",
    "dsn, taps that reset",
)


class _Tracked:
    """A track of whether a neuron has a property."""

    version = "1"

    def setup(self, name, what):
        if not hasattr(neurons, "properties"):
            raise NotImplementedError("this commit has no neurons.properties")
        known = {*neurons.names(), *neurons.properties.VARIANTS}
        if name not in known or what not in neurons.properties.PROPERTIES:
            raise NotImplementedError(f"this commit does not know {what} of {name!r}")

    def track_holds(self, name, what):
        """1 where the neuron, as it is drawn, has the property."""
        return float(neurons.properties.holds(name, what))

    vars(track_holds).update(unit="holds", direction="higher")


class Models(_Tracked):
    params = (cases.models(), list(PROPERTIES))
    param_names = ("model", "property")


class Variants(_Tracked):
    """The neurons of the paper's appendix A."""

    params = (list(VARIANTS), ["short_control", "long_control"])
    param_names = ("variant", "property")
