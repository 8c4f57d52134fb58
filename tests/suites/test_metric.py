"""The decorators give a benchmark the attributes that asv and the gate read."""

import pytest
from asv_runner.benchmarks.time import TimeBenchmark
from asv_runner.benchmarks.track import TrackBenchmark
from asv_runner.discovery import disc_benchmarks

from suites import clock
from suites.metric import metric, timed
from suites.profiles import PROFILES, profile


def test_a_metric_carries_its_attributes_and_no_others():
    @metric(unit="bytes", direction="higher", gate="counter", tolerance=0.0, version="2", number=3)
    def track_full(self):
        return 1.0

    @metric()
    def time_plain(self):
        pass

    assert vars(track_full) == {
        "unit": "bytes",
        "direction": "higher",
        "gate": "counter",
        "tolerance": 0.0,
        "version": "2",
        "number": 3,
    }
    assert vars(time_plain) == {"direction": "lower", "version": "1"}
    assert track_full(None) == 1.0


@pytest.mark.parametrize("name", PROFILES)
def test_timings_repeat_as_the_profile_says(name):
    @timed(PROFILES[name])
    class Timings:
        pass

    assert Timings().timer is clock.now
    assert Timings.number == 1
    assert (Timings.rounds, Timings.repeat) == (PROFILES[name].rounds, PROFILES[name].repeat)


def test_a_gpu_warms_up_for_a_second():
    timings = {name: timed(profile)(type("T", (), {})) for name, profile in PROFILES.items()}
    warm_ups = {name: benchmarks.warmup_time for name, benchmarks in timings.items()}
    assert warm_ups.pop("gpu") == 1.0
    assert max(warm_ups.values()) <= 0.1


def test_eager_steps_say_that_their_backward_runs_the_forward(benchmarks):
    (backward,) = [b.func for b in benchmarks if b.name.endswith("time_backward")]
    assert backward.forward_again["lif"] == ["eager"]
    assert backward.forward_again["dsn"] == backward.forward_again["psn"] == []


@pytest.fixture(scope="module")
def benchmarks():
    return list(disc_benchmarks("suites"))


def test_every_benchmark_is_in_the_suite_file_of_its_folder(benchmarks):
    names = [benchmark.name for benchmark in benchmarks]
    assert {name.split(".")[1] for name in names} == {"suite"}
    assert len(names) == len({*names})


def test_every_benchmark_states_its_direction_and_version(benchmarks):
    for benchmark in benchmarks:
        assert benchmark.func.direction in ("lower", "higher"), benchmark.name
        assert benchmark.func.version.isdigit(), benchmark.name


def test_every_tracked_value_has_a_unit_and_every_gated_one_a_tolerance(benchmarks):
    tracks = [b for b in benchmarks if isinstance(b, TrackBenchmark)]
    assert len(tracks) > 10
    for benchmark in tracks:
        assert benchmark.func.unit, benchmark.name
        gate = getattr(benchmark.func, "gate", None)
        assert gate in (None, "counter", "numerics"), benchmark.name
        assert hasattr(benchmark.func, "tolerance") == (gate is not None), benchmark.name


def test_every_timing_has_our_clock(benchmarks):
    timings = [b for b in benchmarks if isinstance(b, TimeBenchmark)]
    assert len(timings) >= 4
    for benchmark in timings:
        assert benchmark.timer is clock.now, benchmark.name
        assert (benchmark.number, benchmark.rounds) == (1, profile().rounds), benchmark.name
