"""Tasks and data sets by name."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from suites.accuracy import data, tasks
from tests.neurons.samples import assert_one_line


def test_a_task_needs_no_folder():
    assert data.load("digits") is tasks.load("digits")
    assert set(data.names()) >= set(tasks.names())


def test_a_data_set_is_read_from_its_folder_once(monkeypatch):
    read = []

    def load(root):
        read.append(root)
        return tasks.load("digits")

    monkeypatch.setitem(sys.modules, "suites.accuracy.datasets.made", SimpleNamespace(load=load))
    monkeypatch.setattr(data, "names", lambda: ["made", "digits"])
    with pytest.raises(ValueError) as error:
        data.load("made")
    assert_one_line(error, "made is a data set; name the folder")
    assert data.load("made", Path("here")) is data.load("made", Path("here"))
    assert read == [Path("here")]


def test_an_unknown_task_says_what_is_known():
    with pytest.raises(ValueError, match="did you mean 'digits'") as error:
        data.load("digit")
    assert_one_line(error, "no task 'digit'")
