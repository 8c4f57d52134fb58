"""Which models a change of `neurons/` can reach."""

from pathlib import Path

import pytest

from ci.gate.impact import CANARY, Impact, impact_of

FILES = {"fire.py": "0", "models/__init__.py": "", "models/clif.py": "1", "models/lif.py": "2"}


@pytest.fixture
def roots(tmp_path: Path) -> dict[str, Path]:
    for side in ("base", "head"):
        for name, text in FILES.items():
            file = tmp_path / side / "neurons" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return {side: tmp_path / side for side in ("base", "head")}


def changed(roots: dict[str, Path], name: str, text: str | None) -> Impact:
    file = roots["head"] / "neurons" / name
    file.unlink() if text is None else file.write_text(text)
    return impact_of(roots)


def test_equal_sides_have_no_impact(roots: dict[str, Path]) -> None:
    (roots["head"] / "neurons" / "__pycache__").mkdir()
    (roots["head"] / "neurons" / "__pycache__" / "fire.pyc").write_text("compiled")
    assert impact_of(roots).nothing
    assert impact_of(roots, full=True).changes("clif")


def test_a_model_file_reaches_its_model_alone(roots: dict[str, Path]) -> None:
    impact = changed(roots, "models/clif.py", "3")
    assert not impact.nothing
    assert impact.changes("clif") and not impact.changes("lif")
    assert impact.measures(["clif"], timed=False) and impact.measures([CANARY], timed=True)
    assert not impact.measures([CANARY], timed=False), "what no machine changes"
    assert not impact.measures(["plif"], timed=True) and not impact.measures([""], timed=True)
    assert impact.measures(["plif", "clif"], timed=False), "a finding about both"
    assert str(impact) == "measured: clif; no other code differs"


@pytest.mark.parametrize("name", ["fire.py", "models/__init__.py", "new.py"])
def test_other_code_reaches_every_model(roots: dict[str, Path], name: str) -> None:
    impact = changed(roots, name, "something else")
    assert impact.changes("clif") and impact.measures([""], timed=False)


def test_a_model_that_the_head_lacks_vanished(roots: dict[str, Path]) -> None:
    impact = changed(roots, "models/clif.py", None)
    assert impact.vanished == {"clif"} and not impact.measures(["clif"], timed=True)


def test_a_new_model_is_measured(roots: dict[str, Path]) -> None:
    impact = changed(roots, "models/dsn.py", "4")
    assert impact.models == {"dsn"} and not impact.vanished
