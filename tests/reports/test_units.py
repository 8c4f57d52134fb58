"""Numbers as the reports show them."""

from __future__ import annotations

import math

import pytest

from reports import units


def spaced(text: str) -> str:
    return text.replace(units.THIN, "_")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (1234.5, "1_234"),
        (12.345, "12.3"),
        (0.9996, "1.00"),
        (9.994e6, "9_994_000"),
        (9.9999e6, "1.00_×_10⁷"),
        (1e-3, "0.00100"),
        (9.99e-4, "9.99_×_10⁻⁴"),
        (-1.2e-12, "-1.20_×_10⁻¹²"),
    ],
)
def test_digits(value: float, text: str) -> None:
    assert spaced(units.digits(value)) == text


@pytest.mark.parametrize(("value", "text"), [(12.345, "12"), (1.2345, "1.2"), (1e-7, "1.0_×_10⁻⁷")])
def test_two_digits(value: float, text: str) -> None:
    assert spaced(units.digits(value, 2)) == text


@pytest.mark.parametrize(
    ("values", "unit", "factor", "label"),
    [
        ([1e-3, 2e-3, 5.0], "seconds", 1e3, "ms"),
        ([0.0, -1.0, math.inf, 2e-6, 3e-6], "seconds", 1e6, "µs"),
        ([999.0], "seconds", 1.0, "s"),
        ([1e-15], "seconds", 1e12, "ps"),
        ([], "seconds", 1.0, "s"),
        ([1000.0], "bytes", 1e-3, "kB"),
        ([1e17], "bytes", 1e-12, "TB"),
        ([300.0], "nJ/sample", 1.0, "nJ/sample"),
        ([2e6], "nJ/sample", 1e-6, "mJ/sample"),
        ([0.5], "fraction", 100.0, "%"),
        ([3.0], "bytes/element", 1.0, "B/element"),
        ([3.0], "relative error", 1.0, ""),
        ([3.0], "widgets", 1.0, "widgets"),
    ],
)
def test_the_median_decides_about_the_prefix(values, unit: str, factor: float, label: str) -> None:
    assert units.scale(iter(values), unit) == (pytest.approx(factor), label)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "seconds", "12.3_ms"),
        (1234.0, "nJ/sample", "1.23_µJ/sample"),
        (0.032, "fraction", "3.20_%"),
        (1.2e-7, "relative error", "1.20_×_10⁻⁷"),
        (5, "operations/step", "5.00_op/step"),
        (1.5e9, "bytes", "1.50_GB"),
        (0.0, "bytes", "0_B"),
        (0.0, "unit", "0"),
    ],
)
def test_a_quantity_has_three_digits_and_a_unit(value: float, unit: str, text: str) -> None:
    assert spaced(units.quantity(value, unit)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "seconds", "0"),
        (1e-3, "seconds", "1_ms"),
        (1000, "seconds", "1_ks"),
        (20, "×", "20×"),
        (0.5, "×", "0.5×"),
        (0, "×", "0×"),
        (0.005, "fraction", "0.5_%"),
        (1e3, "nJ/sample", "1_µJ"),
        (1e-3, "relative error", "0.001"),
        (4e-4, "relative error", "4.0_×_10⁻⁴"),
        (-0.25, "unit", "-0.25"),
        (12345, "unit", "1.234e+04"),
        (1e5, "unit", "100_000"),
    ],
)
def test_a_tick_has_as_many_digits_as_it_needs(value: float, unit: str, text: str) -> None:
    assert spaced(units.tick(value, unit)) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (25.64, "25.6×"),
        (10, "10.0×"),
        (9.98, "9.98×"),
        (0.0512, "0.05×"),
        (0.01, "0.01×"),
        (0.0044, "0.004×"),
        (1234.0, "1_234×"),
    ],
)
def test_a_ratio_has_three_digits_if_it_is_large(ratio: float, text: str) -> None:
    assert spaced(units.times(ratio)) == text


def test_counts_and_exponents() -> None:
    assert [spaced(units.exact(v)) for v in (11, 80.5, 1024.0)] == ["11", "80.5", "1_024"]
    assert spaced(units.steps(16384)) == "16_384"
    assert [units.power(v) for v in (1.02, -0.5)] == ["¹·⁰²", "⁻⁰·⁵⁰"]
