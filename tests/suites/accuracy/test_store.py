"""The store: a row once, whoever adds it; a torn or foreign file is one line."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from suites.accuracy import content, store
from suites.accuracy.job import Failure, Job
from tests.suites.accuracy import stand_in


@pytest.fixture(scope="module")
def rows():
    return stand_in.rows()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new folder" / "store.sqlite"


def test_rows_come_back_as_they_were_written(file, rows):
    assert store.add(file, rows) == 24
    assert sorted(store.read(file)) == sorted(rows)


def test_a_key_is_kept_once_and_the_first_one_stays(file, rows):
    store.add(file, rows[:10])
    again = [row._replace(error=9.0, ended="2100-01-01") for row in rows]
    assert store.add(file, again) == 14
    stored = {row.key: row for row in store.read(file)}
    assert len(stored) == 24
    assert all(stored[row.key] == row for row in rows[:10])


def test_a_failure_stands_beside_a_later_result(file, rows):
    trial = stand_in.WANTED[0]
    job = Job(trial, content.of(trial, "cpu"))
    failures = (Failure("no memory"), Failure("no memory"), Failure("nan"))
    for outcome in (*failures, stand_in.train(trial)):
        store.add(file, [store.row(job, outcome, "abc")])
    assert sorted(row.failure for row in store.read(file)) == ["", "nan", "no memory"]
    assert {row.key for row in store.read(file)} == {rows[0].key}


def test_writers_at_the_same_time_lose_and_double_nothing(file, rows):
    def add(_):
        return sum(store.add(file, [row]) for row in rows)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(4))) == 24
    assert sorted(store.read(file)) == sorted(rows)


def test_an_empty_file_is_an_empty_store(file, rows):
    file.parent.mkdir()
    file.touch()
    assert store.read(file) == []
    assert store.add(file, rows) == 24


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.9999])
def test_a_torn_file_is_one_line(file, rows, share):
    store.add(file, rows)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ValueError, match=r"store.sqlite is torn, or no store of results: ") as info:
        store.read(file)
    assert "\n" not in str(info.value)


def test_overwritten_pages_are_one_line(file, rows):
    store.add(file, rows)
    whole = bytearray(file.read_bytes())
    whole[4096:8192] = b"\xff" * 4096
    file.write_bytes(whole)
    with pytest.raises(ValueError, match="is torn, or no store of results"):
        store.read(file)


def _text(file):
    file.write_text("task,model\n" * 100)


def _database(file):
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE results (key TEXT)")
    connection.close()


def _newer(file):
    store.add(file, [])
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize("make", [_text, _database, _newer])
def test_a_foreign_file_is_one_line_and_stays_as_it_is(tmp_path, rows, make):
    file = tmp_path / "foreign"
    make(file)
    before = file.read_bytes()
    for use in (lambda: store.read(file), lambda: store.add(file, rows)):
        with pytest.raises(ValueError, match=r"foreign is torn, or no store of results: "):
            use()
    assert file.read_bytes() == before


def test_a_missing_file_and_a_folder_are_one_line(tmp_path, rows):
    with pytest.raises(ValueError, match=r"there is no store .*absent"):
        store.read(tmp_path / "absent")
    with pytest.raises(ValueError, match="cannot be used as a store: unable to open"):
        store.add(tmp_path, rows)
