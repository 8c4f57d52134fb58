"""Our networks reproduce the papers' numbers, and the command reports those that differ."""

import filecmp
import json
from pathlib import Path

import pytest

from suites import records
from suites.claims import __main__ as program
from suites.claims import clif, ds_atgo, stc
from suites.claims.claim import TABLES, Claim, Printed, Table

pytestmark = pytest.mark.slow  # all numbers are computed once, in some seconds

SHARED = Path(__file__).parents[3] / "shared"
ORIGINAL, PAPERS = SHARED / "tables", SHARED / "papers"
COPIED = {"dsn_table6.csv", "dsn_tableB15.csv", "dsn_fig5.csv"}  # from the papers themselves
KEYS = ["table", "quantity", "paper", "ours", "unit", "difference", "convention", "reproduces"]


@pytest.fixture(scope="module")
def rows() -> list[Claim]:
    return [claim for claims in program.collected().values() for claim in claims]


def test_the_papers_numbers_are_reproduced(rows):
    assert not [claim.quantity for claim in rows if claim.broken]
    assert not [claim.quantity for claim in rows if claim.reproduces and claim.why]
    assert len(rows) >= 222


def test_every_table_is_there(rows):
    tables: dict[str, list[bool]] = {}
    for claim in rows:
        tables.setdefault(claim.table, []).append(claim.reproduces)
    assert {table: (len(results), results.count(False)) for table, results in tables.items()} == {
        "CLIF Table 6": (52, 10),
        "CLIF Table 7": (78, 0),
        "DS-ATGO Table 2": (17, 1),
        "DS-ATGO text": (4, 3),
        "DSN Table 4": (14, 1),
        "DSN Table 6": (14, 0),
        "DSN Table 9": (8, 1),
        "DSN Table 9 without N": (12, 12),
        "DSN Table B.12": (6, 3),
        "DSN Table B.13": (8, 1),
        "DSN Table B.15": (4, 1),
        "DSN Fig. 5": (3, 0),
        "ST-DANO Tables 3, 8": (31, 0),
        "ST-DANO text": (7, 3),
        "STC Table 7": (8, 0),
        "STC Table 11": (4, 0),
    }


@pytest.mark.parametrize(
    ("table", "quantity", "ours"),
    [
        ("CLIF Table 6", "CIFAR10 ResNet18 ReLU: MACs", 557.650944),
        ("CLIF Table 6", "CIFAR10 ResNet18 LIF: MACs", 2.888704),
        ("CLIF Table 6", "CIFAR10 ResNet18 CLIF: MACs", 5.116928),
        ("DS-ATGO Table 2", "ANN: MACs", 2285.373952),
        ("DSN Table 4", "S-CIFAR10 DSN: parameters", 0.518538),
        ("DSN Table B.15", "A: average", 558.19 / 6),
        ("STC Table 7", "Vanilla LIF: parameters", 3.304960),
        ("STC Table 7", "Vanilla LIF: FLOPs", 64.346128384),
    ],
)
def test_some_numbers_exactly(rows, table, quantity, ours):
    (claim,) = (c for c in rows if (c.table, c.quantity) == (table, quantity))
    assert claim.ours == pytest.approx(ours, rel=1e-12)


def quantities(rows: list[Claim], table: str) -> dict[str, Claim]:
    return {claim.quantity: claim for claim in rows if claim.table == table}


def test_the_rates_that_ds_atgos_table_2_implies(rows):
    names = [q for q in quantities(rows, "DS-ATGO Table 2") if "at a rate of" in q]
    assert [name.split()[-1] for name in names] == ["9.71%", "23.75%", "22.96%", "15.14%", "10.81%"]


def test_dsn_costs_more_than_lif_in_both_readings(rows):
    claims = quantities(rows, "DSN Table 9 without N")
    assert all(claim.why for claim in claims.values())
    ratios = {q: c for q, c in claims.items() if q.endswith("DSN / LIF")}
    assert len(ratios) == 4
    assert all(claim.printed.value < 1 < claim.ours for claim in ratios.values())


def test_the_ratios_that_fig_5_implies(rows):
    ratios = [quantity.split()[-1] for quantity in quantities(rows, "DSN Fig. 5")]
    assert ratios == ["1.63", "2.10", "0.57"]


def test_ds_atgos_table_goes_through_its_convention(monkeypatch):
    monkeypatch.setattr(ds_atgo.ds_atgo, "_split", lambda ledger: ([], []))
    with pytest.raises(ZeroDivisionError):
        [*ds_atgo.claims()]


@pytest.mark.skipif(not PAPERS.is_dir(), reason="needs ../shared/papers beside the checkout")
@pytest.mark.parametrize(("table", "before"), [("dsn_table6.csv", 2), ("dsn_tableB15.csv", 1)])
def test_tables_of_our_own_have_the_papers_cells(table, before):
    paper = (PAPERS / "dsn__parallel_training.txt").read_text()
    printed = paper.replace("$", " ").replace("\\uparrow", " ").replace("\\downarrow", " ").split()
    for row in Table(table).rows:
        for cell in [value for value in row.values() if value][before:]:
            assert cell in printed, (row, cell)


def test_as_json(rows, monkeypatch, capsys, tmp_path):
    """The store has the same rows, for the report."""
    monkeypatch.setattr(program, "collected", lambda: {"clif": rows})
    store = tmp_path / "store.sqlite"
    assert program.main(["--json", "--store", str(store)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [list(row) for row in printed] == [KEYS] * len(rows)
    (record,) = records.read(store, "claim")
    assert record.name == "clif" and record.content["rows"] == printed
    for row in printed:
        assert row["difference"] == row["ours"] - row["paper"]
        assert type(row["reproduces"]) is bool


def claim(ours: float, why: str = "") -> Claim:
    return Claim("A Table", "energy", Printed(1.25, 0.01), ours, "mJ", "rate", why=why)


def test_a_number_that_must_agree_and_does_not_is_a_failure(monkeypatch, capsys, tmp_path):
    store = ["--store", str(tmp_path / "store.sqlite")]
    good, odd, bad = claim(1.254), claim(3.0, why="a misprint"), claim(1.26)
    monkeypatch.setattr(program, "collected", lambda: {"clif": [good, odd]})
    assert program.main(store) == 0
    output = capsys.readouterr().out
    assert "A Table, energy: a misprint" in output and "UNEXPECTED" not in output
    assert output.endswith("2 numbers: 1 reproduced, 1 not, 0 of these unexpectedly\n")
    monkeypatch.setattr(program, "collected", lambda: {"clif": [good, odd, bad]})
    assert program.main([*store, "--json"]) == 1
    assert "a misprint" in capsys.readouterr().out
    assert program.main(store) == 1
    assert "A Table, energy: UNEXPECTED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ours", "agrees"), [(1.25, True), (1.255, True), (1.2551, False), (1.244, False)]
)
def test_half_a_unit_of_the_last_digit_is_rounding(ours, agrees):
    assert claim(ours).reproduces is agrees


def test_how_many_digits_were_printed():
    table = Table("clif_table6.csv")
    units = {row["MACs_M"]: table.printed(row, "MACs_M").unit for row in table.rows}
    assert (units["557.7"], units["5.12"], units["1090"]) == (0.01, 0.01, 10)
    assert Printed(1090, 10).round_like(1092.67) == 1090
    zero = next(row for row in Table("clif_table7.csv").rows if row["neuron"] == "ReLU")
    assert Table("clif_table7.csv").printed(zero, "membrane_mJ").unit == 1e-4


def test_a_broken_network_is_noticed(monkeypatch):
    """The numbers are computed: another network or convention gives others."""
    monkeypatch.setattr(stc, "STEPS", 20)
    flops = [c.broken for c in stc.claims() if "FLOPs" in c.quantity]
    assert flops == [True] * 4
    monkeypatch.setattr(ds_atgo, "T", 4)
    assert sum(c.broken for c in ds_atgo.claims()) > 5
    monkeypatch.setitem(clif.clif.MODELS, "clif", 5)
    assert any(c.broken for c in clif.claims())


@pytest.mark.skipif(not ORIGINAL.is_dir(), reason="needs ../shared/tables beside the checkout")
def test_tables_equal_their_originals():
    files = sorted(
        file.name for file in TABLES.iterdir() if file.name not in {"README.md"} | COPIED
    )
    _, differ, missing = filecmp.cmpfiles(ORIGINAL, TABLES, files, shallow=False)
    assert not differ and not missing
