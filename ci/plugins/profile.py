"""Make the profile a part of every result: an environment variable axis of asv.

asv keeps the results of a commit in one file per environment. With the profile among its variables,
two profiles of one commit have a file and a series each, and a result file says under `env_vars` by
which profile it was measured. The variable is one of the run, not of the build, so that both share
an environment.

An unknown profile ends asv here with one line, before it builds anything. A profile of a GPU gets
asv's launch method "spawn", as a forked process cannot use CUDA.
"""

from functools import wraps
from typing import Any

from asv import environment, runner

from suites.profiles import VARIABLE, profile, profile_name

_parse = environment._parse_matrix_entries


def setup() -> None:
    """Check the profile and replace two functions of asv; asv calls this at every command."""
    profile()
    environment._parse_matrix_entries = parse
    if profile().device == "cuda":
        runner.get_spawner = spawning(runner.get_spawner)


@wraps(_parse)
def parse(entries: Any) -> tuple[str, dict[str, str], dict[Any, str]]:
    """Return the Python, the requirements and the variables of an environment of asv.

    Unlike the matrix of `asv.conf.json`, this holds for the Python that runs asv as well.
    """
    python, requirements, variables = _parse(entries)
    return python, requirements, variables | {("nobuild", VARIABLE): profile_name()}


def spawning(get_spawner: Any) -> Any:
    """Return asv's function of this name with "spawn" in place of the method it is given."""

    @wraps(get_spawner)
    def spawn(env: Any, benchmark_dir: str, launch_method: str | None) -> Any:
        return get_spawner(env, benchmark_dir, "spawn")

    return spawn
