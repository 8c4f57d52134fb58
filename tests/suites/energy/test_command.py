"""`python -m suites.energy`: its tables, its one-line errors and the technologies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from suites.energy import __main__ as command
from suites.energy import conventions, joules, technology
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import LOIHI

NAMES = conventions.names()
NET = """
import torch
from torch import nn

import neurons


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), neurons.Layer("lif"), nn.Linear(8, 2))


def with_input():
    return build(), torch.full((5, 2, 3), 1.5)


def odd():
    return nn.Sequential(build(), nn.LSTM(2, 2))


def ann():
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU())


def fails():
    raise OSError("no weights here\\nat all")


def number():
    return 3


BROKEN = 4
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    (tmp_path / "usersnet.py").write_text(NET)
    (tmp_path / "halfnet.py").write_text("1 +")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "usersnet", raising=False)
    monkeypatch.setattr(joules, "SECONDS", 0.0)
    return tmp_path


# Output -----------------------------------------------------------------------------------------


def test_a_users_network_in_text(here, capsys):
    assert command.main(["usersnet:build", "--input", "2,3", "--T", "5"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("usersnet:build: T=5, batch 2, rate 0.")
    for word in ("layer", "reads", "MACs", "ACs", "operations", "B state", "SpikingJelly", "GPU"):
        assert word in output, word
    for word in ("batch [samples]", "precision", "technology", "ratio to the int8 ANN", "45 nm"):
        assert word in output, word
    assert all(name in output for name in NAMES)
    assert "Not counted by" in output


@pytest.mark.parametrize(
    ("arguments", "models"), [("lif dsn", 2), ("usersnet:odd --input 2,3 --T 5", 1)]
)
def test_text_fits_100_columns(here, capsys, arguments, models):
    """Long notes wrap below their row, and wide tables continue below with their first column."""
    assert command.main(arguments.split()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert not any(line != line.rstrip() for line in lines)
    assert sum(line.startswith("convention") for line in lines) == 2 * models


def test_json_has_everything(here, capsys):
    assert command.main(["usersnet:with_input", "lif", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["technology"]["name"] == "45 nm, 0.9 V (Horowitz 2014)"
    users, digits = data["models"]
    assert (users["model"], users["T"], users["batch"]) == ("usersnet:with_input", 5, 2)
    assert (digits["model"], digits["T"], digits["batch"]) == ("lif", 8, 128)
    assert [layer["kind"] for layer in users["layers"]] == ["linear", "neuron", "linear"]
    assert users["layers"][0]["macs"] == 24
    assert list(users["conventions"]) == NAMES
    rate = users["conventions"]["rate"]
    assert rate["energy"] == pytest.approx(sum(rate["layers"].values()))
    assert rate["layers"]["0"] == pytest.approx(4.6 * 5 * 24)
    assert rate["assumptions"]["unsupported"] == "none"
    assert [check["name"] for check in users["beside"]][-1] == "measured on this GPU"


def test_what_cannot_be_counted_is_listed(here, capsys):
    assert command.main(["usersnet:odd", "--input", "2,3", "--T", "5"]) == 0
    listed = capsys.readouterr().out.partition("Not counted by")[2]
    assert listed.count("rnn") == len(NAMES)


def test_html_is_one_page_without_other_files(here):
    files = ["--html", "page.html", "--json", "facts.json"]
    assert command.main(["usersnet:with_input", "usersnet:with_input", *files]) == 0
    page = Path("page.html").read_text()
    assert page.count("<table") == 1 + 2 * 3
    assert "usersnet:with_input" in page
    assert not any(word in page for word in ("http:", "https:", "src=", "<script"))
    assert json.loads(Path("facts.json").read_text())["models"]


def test_several_models_are_compared(here, capsys):
    assert command.main(["usersnet:with_input"] * 2) == 0
    last = capsys.readouterr().out.strip().splitlines()[-5:]
    assert last[0] == "Energy by convention [nJ/sample]"
    assert last[2].split()[:2] == ["model", "rate"]
    assert last[3] == last[4]


def test_spikes_are_a_binary_input(here, capsys):
    options = ["--input", "2,3", "--T", "5", "--spikes", "0.5", "--json", "-"]
    assert command.main(["usersnet:build", *options]) == 0
    first = json.loads(capsys.readouterr().out)["models"][0]["layers"][0]
    assert (first["reads"], first["repeated"]) == ("binary", False)


@pytest.mark.parametrize(("T", "steps"), [([], 1), (["--T", "5"], 5)])
def test_t_and_batch_of_an_ann_are_those_of_the_options(here, capsys, T, steps):
    options = ["--input", "2,3", *T, "--json", "-"]
    assert command.main(["usersnet:ann", *options]) == 0
    model = json.loads(capsys.readouterr().out)["models"][0]
    assert (model["T"], model["batch"], model["layers"][0]["steps"]) == (steps, 2, steps)


@pytest.mark.slow
def test_it_runs_as_a_module(here):
    arguments = [sys.executable, "-m", "suites.energy", "--help"]
    root = Path(command.__file__).parents[2]
    process = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=True)
    assert "module:factory" in process.stdout
    assert "loihi" in process.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("lfi", "not module:factory, and no model 'lfi'; did you mean 'lif'? known: atlif, "),
        ("lostnet:build", "no module 'lostnet': No module named 'lostnet'; run in its folder"),
        ("halfnet:build", "cannot import 'halfnet': SyntaxError: "),
        ("usersnet:bild", "usersnet has no 'bild'; it has: build, with_input, odd, ann, fails, "),
        ("usersnet:BROKEN", "usersnet cannot call its 'BROKEN'; it has: build, "),
        ("usersnet:fails", "usersnet:fails() failed: OSError: no weights here; it must take"),
        ("usersnet:number", "usersnet:number() returned int; it must return an nn.Module"),
        ("usersnet:build", "usersnet:build needs an input: --input SHAPE, batch first"),
        ("usersnet:build --input 2,x", "--input '2,x' is not a shape; give sizes > 0"),
        ("usersnet:build --input 2,3 --T 0", "--T 0 is not allowed; it must be 1 or more"),
        ("usersnet:build --input 2,3 --spikes 2", "--spikes 2.0 is not allowed; it is a rate"),
        ("usersnet:with_input --T 3", "usersnet:with_input has its own input; leave out"),
        ("lif --T 3", "lif reads the digits: --input, --T and --spikes are for module:factory"),
        ("lif --epochs -1", "--epochs -1 is not allowed; it must be 0 or more"),
        ("usersnet:build --input 2,4 --T 5", "usersnet:build does not take an input of shape (5, "),
        ("lif --technology 3nm", "not a file *.toml, and no technology '3nm'; known: 45nm-"),
        ("lif --technology lost.toml", "[Errno 2] No such file or directory: 'lost.toml'"),
    ],
)
def test_errors_are_one_line_with_the_cure(here, capsys, arguments, line):
    assert command.main(arguments.split()) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"energy: {line}")
    assert output.err.count("\n") == 1


# Technologies -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts() -> Ledger:
    """A first layer of 24 MACs over 5 steps, 8 neurons, and a last layer that reads spikes."""
    import torch
    from torch import nn

    import neurons
    from suites.energy.collect import collect

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer("lif"), nn.Linear(8, 2))
    return collect(net, 3 * torch.randn(2, 3).expand(5, 2, 3))


def test_loihi_updates_neurons_and_has_no_price_for_analog_layers(facts):
    default = conventions.estimate("default", facts, LOIHI)
    spiking: Entry = facts.entries[2]
    assert default.by_layer == pytest.approx({"1": 81 * 5 * 8, "2": 27.1 * spiking.per_sample.acs})
    assert default.unsupported == ("0 (no price)",)
    assert default.readings == {}, "they would include the first layer"
    rate = conventions.estimate("rate", facts, LOIHI)
    assert list(rate.by_layer) == ["2"]
    assert rate.unsupported == ("0 (no price)",)


def test_a_technology_from_a_file(tmp_path, facts):
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nprecision = "int4"\nadd = 0.5\nmul = 1\n')
    mine = technology.find(str(file))
    assert (mine.mac, mine.ac, mine.small_mul) == (1.5, 0.5, None)
    rate = conventions.estimate("rate", facts, mine)
    assert rate.by_layer["0"] == 1.5 * 5 * 24
    assert rate.assumptions["technology"] == "mine"
    assert "transcendental" in mine.unpriced({"transcendental": 1.0, "add": 1.0})


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ('name = "x"\nprecision = "y"', "lacks add; it needs name, precision and add"),
        ("add = 1", "lacks name, precision; it needs name, precision and add"),
        (
            'name = "x"\nprecision = "y"\nad = 1',
            ": there is no key 'ad'; did you mean 'add'? known: add, ",
        ),
        ('name = 3\nprecision = "y"\nadd = 1', ": name = 3 is not allowed; it must be text"),
        ('name = "x"\nprecision = "y"\nadd = -1', ": add = -1 is not allowed; it must be a number"),
        ("name = ", "is not valid TOML: Invalid value"),
    ],
)
def test_an_error_names_what_is_wrong_in_a_technology(tmp_path, lines, line):
    file = tmp_path / "wrong.toml"
    file.write_text(lines)
    with pytest.raises(ValueError) as error:
        technology.find(str(file))
    assert str(error.value).removeprefix(str(file)).strip().startswith(line)
    assert "\n" not in str(error.value)
