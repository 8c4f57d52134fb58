"""The cases: what the gate judges, which options a layer gets, what a workload runs."""

import pytest
import torch

import neurons
from suites import cases
from suites.profiles import PROFILES, Shape, profile

SHAPE = Shape(4, 2, 3)
SHORT, BIG = (str(s) for s in (PROFILES["gate"].shapes[0], PROFILES["gate"].kernel[0]))
BRIEF = str((PROFILES["gate"].brief or [])[0])


@pytest.fixture
def gate(monkeypatch) -> None:
    monkeypatch.setenv("SPIKEBENCH_PROFILE", "gate")


@pytest.mark.parametrize(
    ("name", "model", "backend", "shape", "judged"),
    [
        ("speed.suite.Training.time_training", "lif", "eager", SHORT, True),
        ("speed.suite.Backward.time_backward", "lif", "eager", SHORT, True),
        ("speed.suite.Inference.time_forward", "lif", "eager", SHORT, True),
        ("speed.suite.Training.time_training", "lif", "spikingjelly", SHORT, False),
        ("speed.suite.Training.time_forward_graph", "lif", "eager", SHORT, False),
        ("speed.suite.Training.time_training", "lif", "cpu", SHORT, False),
        ("speed.suite.Training.time_training", "lif", "cpu", BIG, True),
        ("speed.suite.Inference.time_forward", "lif", "cpu", BIG, True),
        ("speed.suite.Backward.time_backward", "lif", "cpu", BIG, False),
        ("speed.suite.Training.time_training", "clif", "cpu", BRIEF, True),
        ("speed.suite.Backward.time_backward", "clif", "cpu", BRIEF, True),
        ("speed.suite.Training.time_training", "clif", "eager", BRIEF, True),
        ("speed.suite.Backward.time_backward", "clif", "eager", BRIEF, False),
        ("speed.suite.Inference.time_forward", "clif", "eager", BRIEF, False),
        ("calls.suite.FixedCost.time_training", "lif", "cpu", "T=1 N=1 C=64", True),
        ("calls.suite.FixedCost.time_training", "clif", "cpu", "T=1 N=1 C=64", False),
        ("calls.suite.FixedCost.time_training", "lif", "cpu", "T=1024 N=1 C=64", False),
        ("calls.suite.FixedCost.time_forward", "lif", "cpu", "T=1 N=1 C=64", False),
        ("calls.suite.Counters.track_dispatched_ops", "clif", "eager", BRIEF, True),
        ("memory.suite.Memory.track_saved_bytes", "lif", "cpu", SHORT, True),
        ("floors.suite.Copy.time_copy", "", "", SHORT, False),
    ],
)
def test_what_the_gate_judges(gate, name, model, backend, shape, judged):
    params = {"model": model, "backend": backend, "shape": shape}
    assert cases.gated(name, params) == judged


def test_a_profile_without_brief_shapes_judges_every_pass_of_eager_models(monkeypatch):
    monkeypatch.setattr(cases, "profile", lambda: PROFILES["gate"]._replace(brief=None))
    params = {"model": "clif", "backend": "eager", "shape": SHORT}
    assert cases.gated("speed.suite.Backward.time_backward", params)


def test_shapes_are_those_of_all_models_and_each_case_has_its_own(gate):
    assert cases.shapes() == [BRIEF, SHORT, BIG]
    assert profile().shapes_of("clif", "cpu") == [Shape.parse(BRIEF)]
    assert profile().shapes_of("lif", "eager") == [Shape.parse(SHORT)]
    assert profile().shapes_of("lif", "cpu") == [Shape.parse(SHORT), Shape.parse(BIG)]
    with pytest.raises(NotImplementedError, match=f"runs eager clif at {BRIEF} only"):
        cases.workload("clif", "eager", SHORT)


def test_a_workload_is_built_at_any_shape_of_its_runner(gate, monkeypatch):
    monkeypatch.setattr(cases, "build_workload", lambda *case, training: (*case, training))
    assert cases.workload("lif", "cpu", BIG) == ("lif", "cpu", Shape.parse(BIG), True)
    with pytest.raises(NotImplementedError, match=f"runs eager lif at {SHORT} only"):
        cases.workload("lif", "eager", BIG)
    with pytest.raises(NotImplementedError, match=f"runs cpu lif at {SHORT}, {BIG} only"):
        cases.workload("lif", "cpu", BRIEF)
    cases.workload.cache_clear()


def test_the_backend_axis_is_ours_and_then_the_peers(monkeypatch):
    monkeypatch.setenv("SPIKEBENCH_PROFILE", "smoke")
    ours, others = cases.backends(), list(PROFILES["smoke"].peers)
    assert "serial" in ours and others
    assert cases.runners() == ours + others
    assert cases.runners(training=True) == [b for b in ours if b != "serial"] + others
    assert cases.kernels() == ["cpu"]


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_some_lengths_are_no_powers_of_two(name):
    assert {10000, 16383} <= {shape.T for shape in PROFILES[name].shapes}


def test_options_of_a_case_are_merged_under_those_of_the_caller():
    assert len(cases.layer("sliding_psn", "eager", SHAPE).params.weight) == 64
    assert len(cases.layer("sliding_psn", "eager", SHAPE, k=3).params.weight) == 3


def test_a_layer_has_the_backend_it_names_and_the_same_parameters_every_time():
    assert cases.layer("lif", "cpu", SHAPE).backend == "cpu"
    one, other = (cases.layer("psn", "eager", SHAPE).params.weight for _ in range(2))
    assert one.shape == (SHAPE.T, SHAPE.T) and torch.equal(one, other)
    dsn = cases.layer("dsn", "eager", SHAPE)
    assert not dsn.has_uninitialized_params() and len(dsn.params.conv_weight) == SHAPE.C


@pytest.mark.parametrize(
    ("model", "backend", "reason"),
    [
        ("lost", "eager", "this commit has no neuron 'lost'"),
        ("lif", "lost", "this commit has no backend 'lost'"),
        ("lif", "serial", neurons.backends.refusal(neurons.get("lif"), "serial")),
    ],
)
def test_a_layer_that_cannot_run_says_why(model, backend, reason):
    with pytest.raises(NotImplementedError) as error:
        cases.layer(model, backend, SHAPE)
    assert str(error.value) == reason


def test_an_input_is_drawn_from_its_seed():
    x = cases.current(Shape(64, 16, 16), 0)
    assert x.shape == (64, 16, 16)
    assert x.mean() == pytest.approx(0.45, abs=0.03) and x.std() == pytest.approx(1, abs=0.03)
    torch.manual_seed(7)
    assert torch.equal(cases.current(SHAPE), cases.current(SHAPE, 0))
    assert not torch.equal(cases.current(SHAPE), cases.current(SHAPE, 1))


def test_the_device_is_a_gpu_if_there_is_one(monkeypatch):
    for there, kind in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert cases.device() == torch.device(kind)


def test_a_peer_runs_our_neuron_with_its_own_parameters(monkeypatch):
    asked = []

    def build(library, ours, x):
        asked.append((library, ours.backend, ours.neuron.name, ours.training, x.shape))
        return torch.exp, ["parameters"]

    monkeypatch.setattr(cases.peers, "build", build)
    work = cases.build_workload("lif", "spikingjelly", SHAPE, training=False)
    assert asked == [("spikingjelly", "eager", "lif", False, SHAPE)]
    assert work.run is torch.exp and work.inputs == [work.x, "parameters"]
    assert torch.equal(work.x, cases.current(SHAPE))


def test_inference_is_in_eval_mode_and_training_is_not():
    shape = profile().shapes[0]
    for training in (True, False):
        assert (
            cases.build_workload("lif", "eager", shape, training=training).run.training == training
        )
        work = cases.workload("lif", "eager", str(shape), training=training)
        assert work.run.training == training
    cases.workload.cache_clear()


def test_a_workload_trains_unless_it_says_otherwise():
    assert cases.build_workload("lif", "eager", SHAPE).run.training
    assert cases.workload("lif", "eager", str(profile().shapes[0])).run.training
    cases.workload.cache_clear()


def test_inference_leaves_running_statistics_alone():
    work = cases.build_workload("atlif", "eager", SHAPE, training=False)
    before = {name: value.clone() for name, value in work.run.named_buffers()}
    work.forward()
    assert before and all(torch.equal(before[n], v) for n, v in work.run.named_buffers())


def test_a_forward_pass_has_a_graph_only_where_it_should():
    graphs = []
    work = cases.Workload(lambda x: graphs.append(torch.is_grad_enabled()) or x * 2, [], SHAPE)
    work.forward()
    work.forward_graph()
    work.backward()
    work.backward()
    work.training()
    assert graphs == [False, True, True, True], "the forward of `backward` runs once"


def test_workloads_of_one_shape_share_their_input():
    one, other = (cases.Workload(torch.exp, [], SHAPE) for _ in range(2))
    assert one.x is other.x
