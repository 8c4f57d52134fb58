"""The recipes: the papers' tables, and learning rates over time."""

import math

import pytest

from suites.accuracy import augmentation, losses, recipes
from suites.accuracy.recipes import RECIPES
from suites.accuracy.training import rate
from tests.neurons.samples import assert_one_line

TABLE = {  # optimizer, learning rate, weight decay, batch, epochs, loss
    "stdano": ("SGD", 0.1, 5e-4, 128, 300, "tet"),
    "stdano_cifar10": ("SGD", 0.1, 5e-5, 128, 300, "tet"),
    "stdano_dvs": ("SGD", 0.05, 5e-4, 128, 300, "tet"),
    "stdano_gesture": ("SGD", 0.05, 5e-4, 8, 300, "tet"),
    "stdano_search": ("Adam", 3e-4, 1e-4, 128, 100, "tet"),
    "dsatgo": ("SGD", 0.1, 1e-4, 100, 400, "smooth"),
    "dsatgo_dvs": ("SGD", 0.1, 1e-4, 50, 400, "tet"),
    "clif": ("SGD", 0.1, 5e-4, 128, 200, "tet"),
    "clif_cifar10": ("SGD", 0.1, 5e-5, 128, 200, "tet"),
    "clif_tiny_imagenet": ("SGD", 0.1, 5e-4, 256, 300, "tet"),
    "clif_dvs": ("SGD", 0.05, 5e-4, 128, 300, "tet"),
    "clif_gesture": ("SGD", 0.1, 5e-4, 16, 300, "tet"),
    "dsn": ("AdamW", 1e-3, 0.0, 128, 256, "mean"),
    "stc": ("Adam", 1e-3, 0.0, 16, 500, "mse"),
    "stc_dvs": ("SGD", 1e-3, 0.05, 8, 300, "mean"),
    "tiny": ("Adam", 5e-3, 0.0, 64, 10, None),
}


def test_recipes_are_what_the_papers_print():
    for name, printed in TABLE.items():
        r = RECIPES[name]
        assert (r.optimizer, r.lr, r.weight_decay, r.batch, r.epochs, r.loss) == printed
    for name in ("stdano", "dsatgo", "clif", "dsn", "stc"):
        assert RECIPES[name].schedule == "cosine"
    assert RECIPES["stdano_gesture"].dropout == RECIPES["clif_gesture"].dropout == 0.4
    assert RECIPES["dsn_tsf"].lr == 1e-4 and RECIPES["dsn_tsf"].schedule == "constant"


def test_every_recipe_can_be_run_and_names_its_source():
    for recipe in RECIPES.values():
        assert recipe.source
        assert recipe.loss is None or recipe.loss in losses.names()
        assert set(recipe.augmentation) <= set(augmentation.AUGMENTATIONS)
        assert recipe.schedule in ("cosine", "constant")
        assert recipe.optimizer in ("SGD", "Adam", "AdamW")


def test_a_tiny_variant_has_few_epochs_and_nothing_else():
    tiny, paper = RECIPES["stc_tiny"], RECIPES["stc"]
    assert tiny == paper._replace(epochs=10, warmup=0.2)
    assert RECIPES["clif_tiny"] == RECIPES["clif"]._replace(epochs=10)


def test_an_unknown_recipe_says_what_is_known():
    with pytest.raises(ValueError, match="did you mean 'clif'") as error:
        recipes.get("cliff")
    assert_one_line(error, "no recipe 'cliff'")


def test_a_cosine_falls_to_zero_over_all_epochs():
    rates = [rate(RECIPES["clif_tiny"], epoch, step, 4) for epoch in range(10) for step in range(4)]
    assert rates[0] == 0.1 and rates == sorted(rates, reverse=True)
    assert rates[20] == pytest.approx(0.05)
    assert rates[-1] == pytest.approx(0.1 * (1 + math.cos(math.pi * 39 / 40)) / 2)
    assert rates[-1] < 2e-4


def test_a_warm_up_rises_linearly_and_the_cosine_goes_on_to_the_last_rate():
    stc = RECIPES["stc"]
    rates = [rate(stc, epoch, 1, 2) for epoch in range(stc.epochs)]
    assert rates[:10] == pytest.approx([1e-4 * n for n in range(1, 11)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(1e-5, rel=0.01)


def test_a_constant_rate_stays():
    assert {rate(RECIPES["tiny"], epoch, 3, 19) for epoch in range(10)} == {5e-3}
