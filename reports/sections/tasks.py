"""What the tasks look like: samples of each."""

from __future__ import annotations

from markupsafe import Markup

from reports import pictures, records, templates
from reports.view import View

PAGE = "accuracy"
TITLE = "Tasks"
ORDER = 72

_COMMAND = "python -m suites.accuracy samples"


def render(view: View) -> Markup:
    found = records.newest(view.records, "sample")
    if not found:
        return templates.render("not_recorded.html", command=_COMMAND)
    return templates.render("tasks.html", tasks=[*map(pictures.entry, found.values())])
