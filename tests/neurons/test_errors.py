"""Wrong options and wrong input: one line with the value, what is allowed and the cure."""

import pytest
import torch

import neurons
from neurons import Layer
from tests.neurons.samples import MODELS, assert_one_line


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("lfi", {}, ["no neuron 'lfi'; did you mean 'lif'?", *MODELS]),
        ("lif", {"backend": "cuda"}, ["backend 'cuda'", "auto", *neurons.backends.names()]),
        ("lif", {"surrogate": "atna"}, ["surrogate 'atna'", "'atan'?", *neurons.SURROGATES]),
        ("lif", {"reset": "hrad"}, ["reset 'hrad'", "'hard'?", "none", "soft"]),
        ("lif", {"tua": 2.0}, ["lif", "'tua'", "'tau'?", "v_th", "v_reset", "decay"]),
        ("plif", {"w": 2.0}, ["plif", "'w'", "tau", "v_th", "v_reset", "decay_input"]),
        ("lif", {"tau": 1.0}, ["lif", "tau = 1.0", "> 1"]),
        ("lif", {"tau": -2}, ["lif", "tau = -2", "> 1"]),
        ("lif", {"tau": float("nan")}, ["lif", "tau = nan", "> 1"]),
        ("lif", {"tau": "2"}, ["lif", "tau = '2'", "number"]),
        ("plif", {"tau": 0.5}, ["plif", "tau = 0.5", "> 1"]),
        ("dsn", {"tau": 0.0}, ["dsn", "tau = 0.0", "> 0"]),
        ("lif", {"decay": "log"}, ["'log'", "exp", "linear"]),
        ("sliding_psn", {"k": 0}, ["sliding_psn", "k = 0", "> 0"]),
        ("sliding_psn", {"k": 2.5}, ["sliding_psn", "k = 2.5"]),
        ("psn", {"T": 0}, ["psn", "T = 0", "> 0"]),
        ("lif", {"backend": "serial"}, ["lif", "'serial'", "backend='eager'"]),
        ("psn", {"backend": "serial"}, ["psn", "'serial'", "backend='eager'"]),
        ("psn", {"stateful": True}, ["psn", "stateful", "step"]),
        ("dsn", {"stateful": True, "backend": "eager"}, ["dsn", "'eager'", "backend='serial'"]),
    ],
)
def test_wrong_options_are_one_line(name, options, words):
    with pytest.raises(ValueError) as error:
        Layer(name, **options)
    assert_one_line(error, *words)


@pytest.mark.parametrize(
    ("name", "x", "words"),
    [
        ("lif", torch.zeros(3), ["lif", "(3,)", "[T, N, *]"]),
        ("lif", torch.tensor(3.0), ["lif", "()", "[T, N, *]"]),
        ("lif", torch.zeros(0, 2), ["lif", "(0, 2)", "T >= 1"]),
        ("psn", torch.zeros(0, 2), ["psn", "(0, 2)", "T >= 1"]),
        ("dsn", torch.zeros(0, 2, 3), ["dsn", "(0, 2, 3)", "T >= 1"]),
        ("dsn", torch.zeros(3, 2), ["dsn", "(3, 2)", "[T, N, C, *]"]),
        ("lif", torch.zeros(3, 2, dtype=torch.int64), ["lif", "int64", "x.float()"]),
        ("psn", torch.zeros(3, 2, dtype=torch.bool), ["psn", "bool", "x.float()"]),
        ("dsn", torch.zeros(3, 2, 5, dtype=torch.complex64), ["dsn", "complex64", "floating"]),
    ],
)
def test_wrong_input_is_one_line(name, x, words):
    with pytest.raises(ValueError) as error:
        Layer(name)(x)
    assert_one_line(error, *words)


def test_another_length_than_psn_was_built_for():
    with pytest.raises(ValueError) as error:
        Layer("psn", T=5)(torch.zeros(4, 2))
    assert_one_line(error, "psn", "T=5", "T=4")


@pytest.mark.parametrize("channels", [1, 2])
def test_other_channels_than_dsn_was_built_for(channels):
    with pytest.raises(ValueError) as error:
        Layer("dsn", shape=(channels,))(torch.zeros(4, 2, 5))
    assert_one_line(error, "dsn", f"{channels}", "5")
