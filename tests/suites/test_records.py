"""Records: kept once, found by their origin, merged; an older store is extended."""

import sqlite3

import pytest

from suites import records
from suites.accuracy import store
from suites.records import Origin
from tests.suites.accuracy import stand_in

ORIGIN = Origin("abc", "cpu", "seed 0")


def test_a_record_comes_back_as_it_was_kept(tmp_path):
    file = tmp_path / "store.sqlite"
    kept = records.record("sample", "rows", ORIGIN, {"text": "é", "values": [0.5, None]})
    assert records.add(file, [kept]) == 1
    assert records.read(file) == records.read(file, "sample") == [kept]
    assert records.read(file, "claim") == []
    assert records.find(file, "sample", "rows", ORIGIN) == kept
    assert records.find(file, "sample", "rows", ORIGIN._replace(code="def")) is None


def test_the_same_origin_is_kept_once(tmp_path):
    file = tmp_path / "store.sqlite"
    first, second = (records.record("claim", "clif", ORIGIN, {"n": n}) for n in (1, 2))
    assert [records.add(file, [each]) for each in (first, second)] == [1, 0]
    assert records.read(file) == [first]


def test_nothing_is_read_where_no_store_is(tmp_path):
    assert records.read(tmp_path / "store.sqlite") == []


def test_nan_is_refused_before_anything_is_written(tmp_path):
    file = tmp_path / "store.sqlite"
    with pytest.raises(ValueError, match="not JSON compliant"):
        records.add(file, [records.record("claim", "clif", ORIGIN, {"n": float("nan")})])
    assert records.read(file) == []


def test_a_store_that_takes_none_fails_no_measurement(tmp_path, capsys):
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"torn" * 99)
    records.offer(file, [records.record("sample", "rows", ORIGIN, {})])
    assert "not kept for the report: " in capsys.readouterr().err
    records.offer(tmp_path / "other.sqlite", [records.record("sample", "rows", ORIGIN, {})])
    assert len(records.read(tmp_path / "other.sqlite")) == 1


def test_a_record_names_the_commit_that_asv_measures(monkeypatch):
    monkeypatch.setenv("ASV_COMMIT", "c" * 40)
    assert records.record("sample", "rows", ORIGIN, {}).commit == "c" * 40


def test_a_store_of_version_1_keeps_its_results_and_takes_records(tmp_path):
    file = tmp_path / "store.sqlite"
    rows = stand_in.rows()
    store.add(file, rows)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE records")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    kept = records.record("sample", "rows", ORIGIN, {})
    assert records.add(file, [kept]) == 1
    assert records.read(file) == [kept]
    assert sorted(store.read(file)) == sorted(rows)
