"""An HTML page: all rows that were judged, and for those that stand out what every round gave."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from ci.gate.rows import Report, Row
from reports.units import digits, quantity, times

FILE = "gate.html"


@dataclass(frozen=True)
class Strip:
    """A row's effects on an axis from 0 to 100 %, with what no change would be."""

    row: Row
    low: float
    high: float
    unchanged: float
    positions: list[float]

    @property
    def ends(self) -> tuple[str, str]:
        """The values at both ends of the axis."""
        return digits(self.low), digits(self.high)


def text(report: Report) -> str:
    """Return the page as one file."""
    environment = Environment(
        loader=PackageLoader("ci.gate", "outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"quantity": quantity, "times": times}
    strips = [strip(row) for row in report.urgent if row.effects]
    page = environment.get_template("gate.html.j2")
    return page.render(report=report, strips=strips)


def strip(row: Row) -> Strip:
    """Return the axis for the effects of a row; "no change" is on it."""
    unchanged = 1.0 if row.ratio is not None else 0.0
    low, high = min(*row.effects, unchanged), max(*row.effects, unchanged)
    width = (high - low) or 1.0

    def position(value: float) -> float:
        return round(100 * (value - low) / width, 2)

    return Strip(row, low, high, position(unchanged), [position(v) for v in row.effects])
