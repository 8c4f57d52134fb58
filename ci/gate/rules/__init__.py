"""The rules of the gate, one per file: a docstring that states the rule, and `judge`.

`judge(bench)` yields a row for every case that the rule judges. A new file here is a new rule; its
docstring is printed in the report.
"""

import importlib
import pkgutil
from types import ModuleType


def every_rule() -> list[ModuleType]:
    """Return the modules of the rules, sorted by name."""
    return [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
