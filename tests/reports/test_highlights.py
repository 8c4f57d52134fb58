"""The numbers at the head of the report, and the rules that choose them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from reports import kernel, site, units
from reports.highlights import Highlight, highlights
from reports.view import View, choose
from tests.reports import known, synthetic


def numbers(shown: list[Highlight]) -> list[str]:
    return [highlight.number.replace(units.THIN, " ") for highlight in shown]


def changed(view: View, **to: object) -> View:
    """Return the view with other values in the rows of dsn's longest training step."""
    frame = view.frame.copy()
    rows = (frame["model"] == "dsn") & (frame["metric"] == "training") & (frame["T"] == 16384)
    for column, value in to.items():
        frame.loc[rows, column] = value
    return replace(view, frame=frame)


def test_each_rule_gives_a_number(view: View) -> None:
    shown = highlights(view)
    assert numbers(shown) == [
        *("32.8× faster", "5.00× faster", "∝ T¹·⁰⁰", "96.0 %", "300 nJ/sample at 4.00 % error")
    ]
    assert [highlight.sentence.replace(units.THIN, " ") for highlight in shown] == [
        "dsn (compile) runs forward + backward 32.8× faster than psn (eager) at T=16384 N=1 C=8:"
        " 8.19 ms against 268 ms.",
        "lif (eager) runs forward + backward 5.00× faster than lif of SpikingJelly (spikingjelly)"
        " at T=16384 N=1 C=8: 16.4 ms against 81.9 ms.",
        "The time of dsn (compile, forward + backward) grows as T to the power 1.00 from T = 4 096"
        " to 16 384, where the kernel takes at least 99 % of a call (1 is linear).",
        "dsn has the best mean test accuracy on digits under the condition matched, 96.0 %; 95 %"
        " interval over 3 seeds: 93.5 to 98.5 %. Other models whose mean lies within it: 1.",
        "dsn needs 300 nJ/sample at a test error of 4.00 %, lif needs 200 nJ/sample at a test error"
        " of 6.00 % (convention default, condition matched).",
    ]


def test_a_slower_dsn_is_called_slower(view: View) -> None:
    slower = changed(view, value=2 * 16384**2 * 1e-9)
    first = highlights(slower)[0]
    assert first.number == "2.00× slower" and "2.00× slower than psn" in first.sentence


def test_a_dsn_of_the_same_speed_is_no_slower(view: View) -> None:
    assert highlights(changed(view, value=16384**2 * 1e-9))[0].number == "1.00× faster"


def test_the_largest_length_counts_and_not_the_best_ratio(view: View) -> None:
    """At the largest T lif runs on eager alone, 5 times faster; on compile it was 10 times."""
    assert numbers(highlights(view))[1] == "5.00× faster"
    cut = changed(view, state="failed", value=float("nan"))
    assert "T=4096" in highlights(cut)[0].sentence


def test_no_slope_from_overhead(view: View) -> None:
    frame = view.frame.copy()
    share = (frame["metric"] == "kernel_share") | (frame["suite"] == "calls")
    frame.loc[share & (frame["metric"] == "kernel_share"), "value"] = 0.85
    frame.loc[share & (frame["suite"] == "calls"), "value"] = 1.0
    text = " ".join(highlight.sentence for highlight in highlights(replace(view, frame=frame)))
    assert "to the power" not in text
    assert "Only 85% of its call is the kernel" in text
    unknown = replace(view, frame=view.frame[~share])
    assert not any("to the power" in highlight.sentence for highlight in highlights(unknown))


def test_a_share_that_is_just_enough_needs_no_remark(view: View) -> None:
    frame = view.frame.copy()
    frame.loc[frame["metric"] == "kernel_share", "value"] = kernel.LEAST
    shown = " ".join(h.sentence for h in highlights(replace(view, frame=frame)))
    assert "fixed cost" not in shown
    frame.loc[frame["metric"] == "kernel_share", "value"] = kernel.LEAST - 1e-6
    shown = highlights(replace(view, frame=frame))[0].sentence
    assert shown.startswith("dsn (compile) runs forward + backward 32.8× faster than psn")
    assert shown.endswith(". Only 90% of its call is the kernel, the rest a fixed cost.")


def test_one_seed_is_no_headline(view: View) -> None:
    frame = view.frame[view.frame["seed"].isna() | (view.frame["seed"] == 0)]
    assert not any("accuracy" in shown.sentence for shown in highlights(replace(view, frame=frame)))


def test_no_energy_without_the_error_beside_it(view: View) -> None:
    frame = view.frame[view.frame["suite"] != "accuracy"]
    assert not any("nJ" in shown.sentence for shown in highlights(replace(view, frame=frame)))


def test_the_energy_is_that_of_the_default_convention(view: View) -> None:
    frame = view.frame.copy()
    frame.loc[frame["convention"] == "rate", "value"] = 5.0
    assert numbers(highlights(replace(view, frame=frame)))[-1] == "300 nJ/sample at 4.00 % error"


def test_an_energy_whose_error_is_unknown_is_left_out(view: View) -> None:
    frame = view.frame
    lost = (frame["suite"] == "accuracy") & (frame["model"] == "lif")
    last = highlights(replace(view, frame=frame[~lost]))[-1].sentence
    assert "dsn needs" in last and "lif needs" not in last


def test_seeds_that_agree_have_an_interval_of_one_point(view: View) -> None:
    frame = view.frame.copy()
    frame.loc[(frame["suite"] == "accuracy") & (frame["model"] == "dsn"), "value"] = 0.25
    frame.loc[(frame["suite"] == "accuracy") & (frame["model"] != "dsn"), "value"] = 0.5
    (accuracy,) = (h for h in highlights(replace(view, frame=frame)) if "accuracy" in h.sentence)
    assert "75.0 to 75.0 %. Other models whose mean lies within it: 0." in accuracy.sentence


def test_without_a_backward_the_forward_counts(view: View) -> None:
    frame = view.frame[view.frame["metric"] != "training"].copy()
    frame.loc[frame["metric"] == "forward_graph", "value"] /= 2  # no other time takes its place
    shown = [h.sentence for h in highlights(replace(view, frame=frame)) if "faster" in h.sentence]
    assert shown and all("runs forward 3" in s or "runs forward 5" in s for s in shown)


def test_only_what_was_measured_is_a_highlight(tmp_path: Path) -> None:
    synthetic.write(tmp_path, known.ACCURACY, known.value)
    assert len(highlights(choose(tmp_path))) == 1
    synthetic.write(tmp_path, known.ACCURACY, lambda name, **axes: None)
    assert highlights(choose(tmp_path)) == []
    assert "18 failed" in site.files(choose(tmp_path))["index.html"]


def test_the_baseline_of_the_headline_is_fixed(view: View) -> None:
    assert numbers(highlights(replace(view, baseline="lif"))) == numbers(highlights(view))
    assert isinstance(view.frame, pd.DataFrame)
