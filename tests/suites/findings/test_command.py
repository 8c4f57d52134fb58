"""The command: verdicts as text and JSON, failures, resumption, unknown names."""

import json

import pytest

from suites import records
from suites.findings import __main__ as command
from suites.findings import clif_one_step, run
from suites.findings.finding import ROW

FAST = ["clif_one_step", "st_dano_last"]


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store.sqlite"


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Run experiments in this process, so that tests may change them."""
    monkeypatch.setattr(
        run, "_outcomes", lambda jobs, workers: ((job, run.attempt(job)) for job in jobs)
    )


def test_json_is_a_list_of_rows(store, capsys):
    assert command.main([*FAST, "--json", "--store", str(store)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found] == FAST
    assert all(tuple(row) == ROW for row in found)
    assert {row["verdict"] for row in found} == {"holds"}


def test_text_names_paper_place_verdict_and_figure(store, capsys):
    assert command.main(["st_dano_slif", "--store", str(store)]) == 0
    text = capsys.readouterr().out
    assert text.startswith(
        "st_dano\n   does not hold  st_dano_slif (section 4.1, appendix D): SLIF"
    )
    assert "-0.2817 steps" in text and "st_dano_slif_soft" in text
    assert text.endswith("1 findings: 1 does not hold\n")


def test_what_the_store_has_is_not_run_again(store, monkeypatch, capsys):
    assert command.main([*FAST, "--store", str(store)]) == 0
    monkeypatch.setattr(clif_one_step, "measure", None)
    assert command.main([*FAST, "--json", "--store", str(store)]) == 0
    assert [record.name for record in records.read(store, "finding")] == FAST


def test_a_failure_is_one_line_and_the_others_go_on(store, monkeypatch, capsys):
    def broken(seed):
        raise ValueError("no such shape")

    monkeypatch.setattr(clif_one_step, "measure", broken)
    assert command.main([*FAST, "--json", "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    assert [row["name"] for row in json.loads(out)] == FAST[1:]
    assert err.strip().endswith("clif_one_step failed: no such shape")


def test_seeds_are_kept_one_by_one(store, monkeypatch, capsys):
    """Killed between two seeds, the first is not run again."""
    trained = clif_one_step.FINDING.__class__(
        **{**vars(clif_one_step.FINDING), "exact": False, "accept": (0.0, 9.0)}
    )
    monkeypatch.setattr(clif_one_step, "FINDING", trained)
    ran = []

    def measure(seed):
        ran.append(seed)
        if len(ran) == 2:
            raise KeyboardInterrupt
        return run.Facts(float(seed + 1))

    monkeypatch.setattr(clif_one_step, "measure", measure)
    assert command.main(["clif_one_step", "--store", str(store)]) == 130
    assert command.main(["clif_one_step", "--json", "--store", str(store)]) == 0
    assert ran == [0, 1, 1, 2]
    (record,) = records.read(store, "finding")
    assert record.content["figures"] == [1.0, 2.0, 3.0]
    assert command.main(["clif_one_step", "--quick", "--json", "--store", str(store)]) == 0
    assert "not separated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["clif_rate"], "no finding 'clif_rate'; did you mean 'clif_"),
        (["--paper", "cliff"], "no paper 'cliff'; did you mean 'clif'"),
        (["--seeds", "0"], "0 seeds are not allowed"),
        (["--workers", "0"], "0 workers are not allowed"),
        (["clif_one_step", "--paper", "dsn"], "no finding is left"),
    ],
)
def test_bad_input_is_one_line(arguments, line, store, capsys):
    assert command.main([*arguments, "--store", str(store)]) == 2
    err = capsys.readouterr().err
    assert line in err and err.count("\n") == 1
