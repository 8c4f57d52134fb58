"""What each neuron can do, by experiment: the functions and conditions of DSN's Table 1."""

import neurons
from suites import cases, properties
from suites.metric import metric


class _Property:
    """Whether a neuron has a property."""

    def setup(self, name, what):
        if name not in {*neurons.names(), *properties.VARIANTS}:
            raise NotImplementedError(f"this commit has no neuron {name!r}")

    @metric(unit="holds", direction="higher")
    def track_holds(self, name, what):
        """1 where the neuron, with its drawn parameters, has the property, else 0."""
        return float(properties.holds(name, what))


class Models(_Property):
    """Every model, every property."""

    params = (cases.models(), list(properties.PROPERTIES))
    param_names = ("model", "property")


class Variants(_Property):
    """The neurons of the paper's appendix A."""

    params = (list(properties.VARIANTS), ["short_control", "long_control"])
    param_names = ("variant", "property")
