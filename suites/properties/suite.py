"""The properties of each neuron by experiment: the functions and conditions of DSN's Table 1."""

import neurons
from suites import cases, properties
from suites.metric import metric

# What the report compares the answers with. Lists, because asv sorts the keys of a dict.
PAPER = {
    "columns": [[column, list(names)] for column, names in properties.COLUMNS.items()],
    "table_1": [[model, list(answers)] for model, answers in properties.TABLE_1.items()],
    "propositions": [[name, list(answers)] for name, answers in properties.PROPOSITIONS.items()],
    "explained": [[*key, reason] for key, reason in properties.EXPLAINED.items()],
}


class _Property:
    """Whether a neuron has a property."""

    def setup(self, name, property_name):
        if name not in {*neurons.names(), *properties.VARIANTS}:
            raise NotImplementedError(f"this commit has no neuron {name!r}")

    @metric(unit="holds", direction="higher", paper=PAPER)
    def track_holds(self, name, property_name):
        """1 if the neuron has the property with its initial parameters, else 0."""
        return float(properties.holds(name, property_name))


class Models(_Property):
    """Every model, every property."""

    params = (cases.models(), list(properties.PROPERTIES))
    param_names = ("model", "property")


class Variants(_Property):
    """The neurons of the paper's appendix A."""

    params = (list(properties.VARIANTS), ["short_control", "long_control"])
    param_names = ("variant", "property")
