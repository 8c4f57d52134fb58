"""Two bouncing digits: as `moving`, with two digits that may hide each other.

The brighter one counts where they overlap, so what is hidden has to be kept until it shows again.

Shapes and source: as `moving`.
"""

from suites.accuracy.task import Task
from suites.accuracy.tasks import moving


def load() -> Task:
    """Return the task."""
    return moving.load(digits=2)
