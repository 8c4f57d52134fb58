"""The DSN paper's own timing, beside which its printed ratios stand."""

from typing import Any

from suites.metric import metric
from suites.profiles import Shape, profile
from suites.protocol import fig5

PRINTED = {f"{neuron} {metric}": ratio for (neuron, metric), ratio in fig5.PRINTED.items()}
# A quick profile has no case that is long enough for the paper's ratios.
LONG: dict[str, Any] = {"unit": "seconds", "printed": PRINTED, "skip_benchmark": profile().quick}


class Fig5:
    """Mean seconds of 100 passes of the neurons of Fig. 5; `printed` holds the paper's ratios."""

    params = (fig5.NEURONS, [str(shape) for shape in fig5.shapes(profile())])
    param_names = ("neuron", "shape")
    timeout = 3600

    def setup(self, neuron, shape):
        self.workload = fig5.workload(neuron, Shape.parse(shape))

    @metric(**LONG)
    def track_forward(self, neuron, shape):
        """Forward in training mode, with its graph."""
        return fig5.forward(self.workload)

    @metric(**LONG)
    def track_backward(self, neuron, shape):
        """The backward of training: what it takes longer than its forward."""
        return fig5.backward(self.workload)

    @metric(**LONG)
    def track_training(self, neuron, shape):
        """Forward and backward."""
        return fig5.training(self.workload)
