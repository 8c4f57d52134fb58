"""The verdict: decided by the whole interval, never by one run."""

import math

import pytest

from suites.findings.finding import FAILS, HOLDS, OPEN, ROW, Facts, Finding, judge, row

TRAINED = Finding("clif", "Table 1", "A is better.", "A less B", "points", (0.0, math.inf), ())
EXACT = Finding("clif", "Eq. 1", "A is B.", "difference", "", (0.0, 1e-12), (), exact=True)


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ([1.0, 1.1, 0.9], HOLDS),
        ([-1.0, -1.1, -0.9], FAILS),
        ([1.0, -0.5, 0.2], OPEN),
        ([1.0, 1.1], OPEN),  # too few seeds
        ([1.0], OPEN),
        ([1.0, math.nan, 1.0], FAILS),
    ],
)
def test_a_trained_finding_needs_its_whole_interval(figures, verdict):
    assert judge(TRAINED, figures).verdict == verdict


def test_the_interval_is_students():
    found = judge(TRAINED, [1.0, 2.0, 3.0])
    assert found.figure == 2 and found.low == pytest.approx(2 - 4.302653 / 3**0.5)


@pytest.mark.parametrize(("figure", "verdict"), [(0.0, HOLDS), (1e-12, HOLDS), (1e-9, FAILS)])
def test_an_exact_finding_needs_one_figure(figure, verdict):
    assert judge(EXACT, [figure]) == (verdict, figure, figure, figure)


def test_a_row_has_the_documented_keys():
    assert tuple(row("clif_x", TRAINED, [Facts(1.0)] * 3, 2.0)) == ROW
