"""`python -m suites.accuracy`: its answers, its one-line errors and its exit status."""

import json
from pathlib import Path

import pytest

from suites.accuracy import __main__ as command
from suites.accuracy import executors, store
from tests.suites.accuracy import stand_in

RUN = ["run", "--task", "digits", "--model", "lif", "dsn", "--seeds", "2"]


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path) -> Path:
    """Run the jobs in this process, with a store in the working directory."""
    monkeypatch.setattr(executors, "get", lambda name: stand_in.Here)
    monkeypatch.setattr(command, "STORE", Path("store.sqlite"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*more, train=stand_in.train) -> int:
    return command.main([*RUN, *more], train)


def test_json_is_all_that_is_printed(capsys):
    assert run("--json") == 0
    objects = json.loads(capsys.readouterr().out)
    assert [(o["model"], o["seed"]) for o in objects] == [
        ("lif", 0),
        ("lif", 1),
        ("dsn", 0),
        ("dsn", 1),
    ]
    fields = ["task", "network", "model", "condition", "recipe", "seed"]
    assert list(objects[0]) == [*fields, "error", "loss", "rate", "seconds", "failure"]
    assert objects[3] == {
        "task": "digits",
        "network": "mlp",
        "model": "dsn",
        "condition": "own",
        "recipe": "tiny",
        "seed": 1,
        **dict(zip(store.MEASURED, stand_in.train(stand_in.WANTED[4])[:4], strict=True)),
        "failure": "",
    }


def test_a_failed_trial_is_status_1_and_null(capsys):
    assert run("--json", train=stand_in.fails) == 1
    objects = json.loads(capsys.readouterr().out)
    assert [o["error"] is None for o in objects] == [False, False, True, True]
    assert objects[2]["failure"] == "loss = nan is not finite"
    assert run(train=stand_in.fails) == 1
    assert "2 failed" in capsys.readouterr().out
    assert run() == 0


def test_run_prints_the_table_of_its_trials(capsys):
    run()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["dsn", "lif"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--model", "dns"], "no neuron 'dns'; did you mean 'dsn'? known: atlif, "),
        (["--seeds", "-1"], "-1 seeds are not allowed; it must be 1 or more"),
        (["--workers", "0"], "0 workers are not allowed; it must be 1 or more"),
        (["--store", "."], "there is no store ."),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(arguments, line, capsys):
    assert run(*arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"python -m suites.accuracy: {line}")
    assert error.count("\n") == 1


@pytest.mark.parametrize("placement", ["{", "[1]"])
def test_a_placement_is_an_object(placement, capsys):
    with pytest.raises(SystemExit) as exit:
        run("--placement", placement)
    assert exit.value.code == 2
    assert f"argument --placement: '{placement}' is no JSON object" in capsys.readouterr().err


def test_show_has_the_same_rows_by_its_own_baseline(capsys):
    run()
    capsys.readouterr()
    assert command.main(["show", "--baseline", "dsn"]) == 0
    assert "minus dsn" in capsys.readouterr().out
    assert command.main(["show", "--json"]) == 0
    dsn, lif = json.loads(capsys.readouterr().out)
    assert (dsn["model"], dsn["n"], dsn["pairs"], lif["pairs"]) == ("dsn", 2, 2, None)
    assert dsn["difference"] == pytest.approx(-0.1)


def test_show_says_how_much_is_of_other_code(capsys):
    run()
    store.add(Path("store.sqlite"), stand_in.rows(code="before"))
    capsys.readouterr()
    command.main(["show"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "24 trials of other versions of the code are not shown"


def test_a_baseline_that_is_no_model_is_one_line(capsys):
    run()
    for arguments in (["show"], RUN):
        assert command.main([*arguments, "--baseline", "dns"], stand_in.train) == 2
        assert "no neuron 'dns'; did you mean 'dsn'?" in capsys.readouterr().err


def test_show_without_a_store_is_one_line(capsys):
    assert command.main(["show"]) == 2
    line = "python -m suites.accuracy: there is no store store.sqlite\n"
    assert capsys.readouterr().err == line


def test_stores_merge_and_a_key_stays_once(capsys):
    rows = stand_in.rows()
    store.add(Path("one"), rows[:16])
    store.add(Path("two"), rows[8:])
    assert command.main(["merge", "one", "two"]) == 0
    assert capsys.readouterr().out == "32 rows, 24 of them new, in store.sqlite\n"
    assert sorted(store.read(Path("store.sqlite"))) == sorted(rows)
    assert command.main(["merge", "one"]) == 0
    assert capsys.readouterr().out == "16 rows, 0 of them new, in store.sqlite\n"


def test_a_bad_file_merges_nothing(capsys):
    store.add(Path("one"), stand_in.rows())
    Path("torn").write_bytes(Path("one").read_bytes()[:5000])
    assert command.main(["merge", "one", "torn"]) == 2
    assert "torn is torn, or no store of results: " in capsys.readouterr().err
    assert not Path("store.sqlite").exists()


def test_an_interruption_is_one_line_and_status_130(capsys):
    def train(trial, checkpoints=None):
        raise KeyboardInterrupt

    assert run(train=train) == 130
    assert capsys.readouterr().err.endswith("interrupted; the same command goes on\n")
