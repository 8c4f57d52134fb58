"""JUnit XML, for CI servers that show test results: a test suite per rule, a test case per row."""

import re
from itertools import groupby
from xml.etree import ElementTree

from ci.gate.rows import Report, Row
from ci.gate.statistics import Outcome

FILE = "gate.xml"
ELEMENTS = {
    Outcome.FAIL: "failure",
    Outcome.VANISHED: "failure",
    Outcome.INVALID: "error",
    Outcome.NOT_RUN: "skipped",
}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def text(report: Report) -> str:
    """Return the report as JUnit XML."""
    root = ElementTree.Element("testsuites", name="gate")
    by_rule = sorted(report.rows, key=lambda row: row.rule)
    for rule, rows in groupby(by_rule, key=lambda row: row.rule):
        suite = ElementTree.SubElement(root, "testsuite", name=rule)
        cases = [_case(row) for row in rows]
        suite.extend(cases)
        suite.set("tests", str(len(cases)))
        for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"*/{element}"))))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(row: Row) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=row.rule, name=_allowed(row.name))
    reason = _allowed(row.reason)
    if element := ELEMENTS.get(row.verdict):
        ElementTree.SubElement(case, element, message=reason, type=row.verdict)
    else:
        ElementTree.SubElement(case, "system-out").text = f"{row.verdict}: {reason}"
    return case


def _allowed(line: str) -> str:
    """Return a line without the characters that XML does not allow."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", line)
