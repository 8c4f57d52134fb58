"""The examples run, and print what they show."""

import re
import runpy
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import neurons
from suites.energy import conventions
from tests.reports import known, synthetic

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "examples"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


@pytest.fixture
def run(capsys, monkeypatch):
    """Return what runs an example as `python -m` does, and returns what it prints."""

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        capsys.readouterr()
        runpy.run_module(f"examples.{name}", run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.fixture
def alif(tmp_path, monkeypatch):
    """Install the package of the example, for this test alone."""
    if find_spec("setuptools") is None:
        pytest.skip("needs setuptools to install a package")
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(EXAMPLES / "alif", source)  # building leaves files beside it
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", target]
    subprocess.run([*PIP, "install", *options, source], check=True)
    monkeypatch.syspath_prepend(target)
    yield
    sys.modules.pop("alif", None)


def number(pattern: str, printed: str) -> float:
    """Return the number in the group of a pattern."""
    return float(re.search(pattern, printed)[1].replace(",", ""))


def test_a_neuron_of_another_package(run, alif, capsys):
    with pytest.raises(SystemExit) as end:
        run("another_package")
    printed = capsys.readouterr().out
    assert end.value.code == 0
    assert "models: alif, atlif, clif" in printed
    counts = re.search(r"spikes in each 20 steps: ([\d ]+)\n", printed)[1].split()
    assert int(counts[0]) > int(counts[-1]) > 0
    compared = re.findall(r"^alif +(\w+) +default +(\w+)", printed, re.MULTILINE)
    assert {("eager", "float32"), ("eager", "float64")} <= set(compared)
    assert "*" not in printed and printed.endswith("gradients: right\n")


def test_without_the_package_it_says_what_to_install(run):
    assert "alif" not in neurons.names()
    with pytest.raises(SystemExit) as end:
        run("another_package")
    assert end.value.code == (
        "no neuron 'alif'; install its package: pip install --no-deps ./examples/alif"
    )


def test_results_in_pandas(run, tmp_path):
    synthetic.write(tmp_path, known.BENCHMARKS, known.value)
    printed = run("results_in_pandas", str(tmp_path))
    assert printed.startswith("commit aaaaaaaa on box: ")
    # dsn and lif take T microseconds on eager, half of it where they are compiled
    assert re.search(r"^dsn +N=1 C=8 +0\.512 +2\.048 +8\.192$", printed, re.MULTILINE)
    assert re.search(r"^lif +N=1 C=8 +0\.512 +2\.048 +16\.384$", printed, re.MULTILINE)
    # 2 %, 3 % and 4 % by seed
    assert re.search(r"^ +own +dsn +3\.0 +1\.0 +3$", printed, re.MULTILINE)
    with pytest.raises(SystemExit, match="no results there; run `make bench` first"):
        run("results_in_pandas", str(tmp_path / "empty"))


def test_the_energy_of_a_spikingjelly_network(run):
    pytest.importorskip("spikingjelly")
    printed = run("spikingjelly_energy")
    macs, acs = number(r"([\d,]+) MACs", printed), number(r"([\d,]+) ACs", printed)
    assert macs == 4 * 8 * 9 * 8 * 8  # steps, channels, kernel, pixels: the first layer
    assert acs > 0
    synapses = number(r"at 4\.6 and 0\.9 pJ: ([\d.]+) nJ", printed)
    assert synapses == pytest.approx((4.6 * macs + 0.9 * acs) / 1000, abs=0.06)
    assert "not counted: nothing" in printed
    energies = re.findall(r"^(\w+) +([\d.]+) nJ per image$", printed, re.MULTILINE)
    assert [name for name, energy in energies if float(energy) > 0] == conventions.names()


def test_our_lif_in_place_of_spikingjellys(run):
    pytest.importorskip("spikingjelly")
    printed = run("spikingjelly_training")
    theirs = number(r"SpikingJelly's LIF: ([\d.]+)%", printed)
    ours = number(r"our LIF: +([\d.]+)%", printed)
    assert theirs > 65  # of ten classes
    assert abs(ours - theirs) <= 1
    assert number(r"difference: +([\d.]+)%", printed) == pytest.approx(abs(ours - theirs), abs=0.11)
