"""The findings that take no training, for every commit: whether the verdict is the expected one."""

from suites.findings import run
from suites.findings.finding import HOLDS, judge
from suites.metric import metric

EXACT = [name for name in run.names() if run.get(name).exact]
MODELS = {name: list(run.get(name).models) for name in EXACT}


class Exact:
    """The verdict on a paper's statement."""

    params = (EXACT,)
    param_names = ("finding",)

    @metric(unit="holds", direction="higher", gate="counter", tolerance=0, models=MODELS)
    def track_holds(self, finding):
        """1 if the paper's statement holds here, else 0."""
        found = run.get(finding)
        return float(judge(found, [run.measure(finding).figure]).verdict == HOLDS)
