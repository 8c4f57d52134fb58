"""The rules of the gate, one per file: a docstring that states the rule, and `judge`.

`judge(bench)` yields a row for every case the rule has something to say about. A new file here is
a new rule; its docstring appears in the report.
"""

import importlib
import pkgutil
from types import ModuleType


def every_rule() -> list[ModuleType]:
    """The rule modules, in the order of their names."""
    return [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
