"""Pictures of samples: of every task, kept once, and what they show is in the data."""

import json

import pytest

from suites import records
from suites.accuracy import __main__ as command
from suites.accuracy import samples, tasks


@pytest.mark.parametrize("name", tasks.names())
def test_every_task_has_pictures_and_words(name):
    found = samples.describe(name)
    assert found["text"] and found["pictures"] and found["shape"][0] >= 2
    json.dumps(found, allow_nan=False)


def test_a_class_has_one_image(name="rows"):
    (picture,) = samples.describe(name)["pictures"]
    assert list(picture["rows"]) == [f"class {n}" for n in range(10)]
    assert all(len(image) == 8 == len(image[0]) for (image,) in picture["rows"].values())


def test_the_command_keeps_them_once(tmp_path, capsys):
    file = tmp_path / "store.sqlite"
    arguments = ["samples", "--task", "rows", "recall", "--store", str(file)]
    assert command.main(arguments) == command.main(arguments) == 0
    assert [record.name for record in records.read(file, "sample")] == ["recall", "rows"]
    assert "rows: Handwritten digits row by row" in capsys.readouterr().out


def test_an_unknown_task_is_named(capsys):
    assert command.main(["samples", "--task", "row"]) == 2
    assert "no task 'row'; did you mean 'rows'" in capsys.readouterr().err
