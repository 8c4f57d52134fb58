"""Generated code is compiled once, into a cache; without a compiler the error names the cure."""

import subprocess
import sys

import pytest

import neurons
from neurons.codegen import build
from tests.neurons.samples import assert_one_line, build_layer, input_current

reason = neurons.backends.refusal(neurons.get("lif"), "cpu")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """An empty cache of compiled code, and no known compiler."""
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path / "cache"))
    for function in (build.compiler, build.refusal):
        function.cache_clear()
    yield tmp_path
    for function in (build.compiler, build.refusal):
        function.cache_clear()


@pytest.mark.parametrize(("CC", "cure"), [("no-such-cc", "install gcc"), ("false", "CC=...")])
def test_without_a_compiler_auto_takes_the_next_best(CC, cure, empty_cache, monkeypatch):
    monkeypatch.setenv("CC", CC)
    assert neurons.Layer("lif").backend == "eager"
    with pytest.raises(ValueError, match="backend 'cpu' cannot compile lif") as error:
        neurons.Layer("lif", backend="cpu")
    assert_one_line(error, cure)


def test_a_cache_that_cannot_be_written_names_the_cure(empty_cache):
    (empty_cache / "cache").write_text("a file is in the way")
    with pytest.raises(ValueError, match="SPIKEBENCH_CACHE") as error:
        neurons.Layer("lif", backend="cpu")
    assert_one_line(error, "cache")


def test_a_compiler_that_fails_is_quoted(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path))
    with pytest.raises(RuntimeError, match="cannot compile generated code") as error:
        build.library("this is not C")
    assert_one_line(error, "error")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_processes_that_build_the_same_do_not_disturb_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path))
    text = "double forward(void) { return 1; }"
    code = f"from neurons.codegen import build; build.library({text!r})"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert [path.suffix for path in tmp_path.iterdir()] == [".so"]


def test_constants_are_arguments_so_that_one_library_serves_all_values(empty_cache):
    x, spikes, libraries = input_current(50, 2, 13), set(), set()
    for tau in (3.0, 5.0, 7.0):
        spikes.add(build_layer("lif", tau=tau, backend="cpu")(x).sum().item())
        libraries.add(len(list((empty_cache / "cache").iterdir())))
    assert len(spikes) == 3 and len(libraries) == 1
