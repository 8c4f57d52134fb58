"""The recipes: how the papers train, as data.

A recipe says all of a training but the task, the network and the neuron. `NAME_tiny` is the same
with 10 epochs, its warm-up shortened in proportion: nothing else is scaled.
"""

from __future__ import annotations

from typing import NamedTuple

import neurons

TINY = 10  # epochs


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes
    ----------
    optimizer
        "SGD", "Adam" or "AdamW".
    lr, final_lr, schedule, warmup
        The learning rate is constant, or falls by a half cosine from `lr` to `final_lr`. Before, it
        rises linearly to `lr` during `warmup` epochs.
    momentum
        Of SGD.
    betas
        Of Adam and AdamW.
    loss
        A file of `suites.accuracy.losses`; None: the task's.
    dropout
        The share of neurons that are silenced in training for all steps, in every layer.
    patience
        Stop after so many epochs without a lower loss on the task's validation part, and take the
        weights of the lowest; None: train all epochs.
    sampling
        In a task that ends in a free run, read true inputs ever less: `suites.accuracy.rollout`.
    augmentation
        Functions of `suites.accuracy.augmentation`, in their order. They change images alone.
    source
        Where it is printed, and what of it is not.
    """

    optimizer: str
    lr: float
    batch: int  # samples
    epochs: int
    source: str
    loss: str | None = None
    schedule: str = "constant"
    final_lr: float = 0.0
    warmup: float = 0.0  # epochs
    momentum: float = 0.0
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    dropout: float = 0.0
    augmentation: tuple[str, ...] = ()
    patience: int | None = None  # epochs
    sampling: bool = False


_STDANO = Recipe(
    "SGD",
    lr=0.1,
    batch=128,
    epochs=300,
    source="ST-DANO, Table 5; momentum and schedule are not printed",
    loss="tet",
    schedule="cosine",
    momentum=0.9,
    weight_decay=5e-4,
    augmentation=("crop", "flip", "cutout"),
)
_CLIF = Recipe(
    "SGD",
    lr=0.1,
    batch=128,
    epochs=200,
    source="CLIF, Table 5 and appendix I, CIFAR-100; momentum and schedule are not printed",
    loss="tet",
    schedule="cosine",
    momentum=0.9,
    weight_decay=5e-4,
    augmentation=("crop", "flip", "cutout"),
)
_STARRED = "CLIF, Table 1 with an asterisk, after Fang et al. 2024; without AutoAugment"
_DSATGO = Recipe(
    "SGD",
    lr=0.1,
    batch=100,
    epochs=400,
    source="DS-ATGO, Table 3, CIFAR; without its AutoAugment",
    loss="smooth",
    schedule="cosine",
    momentum=0.9,
    weight_decay=1e-4,
    augmentation=("crop", "flip"),
)
_SEARCH = Recipe(
    "Adam",
    lr=3e-4,
    batch=128,
    epochs=100,
    source="ST-DANO, Table 4: of the architecture; betas are not printed, those of DARTS",
    loss="tet",
    weight_decay=1e-4,
    betas=(0.5, 0.999),
)

_PAPERS = {
    "stdano": _STDANO,
    "stdano_cifar10": _STDANO._replace(weight_decay=5e-5),
    "stdano_tiny_imagenet": _STDANO._replace(augmentation=("crop", "flip")),
    "stdano_dvs": _STDANO._replace(lr=0.05, dropout=0.3, augmentation=()),
    "stdano_gesture": _STDANO._replace(lr=0.05, batch=8, dropout=0.4, augmentation=()),
    "stdano_search": _SEARCH,
    "stdano_search_dvs": _SEARCH._replace(lr=1e-3, weight_decay=5e-4),
    "dsatgo": _DSATGO,
    "dsatgo_imagenet": _DSATGO._replace(batch=32),
    "dsatgo_dvs": _DSATGO._replace(
        batch=50, loss="tet", augmentation=("flip", "roll"), source="DS-ATGO, Table 3, CIFAR10-DVS"
    ),
    "clif": _CLIF,
    "clif_cifar10": _CLIF._replace(weight_decay=5e-5),
    "clif_cifar10_mix": _CLIF._replace(
        weight_decay=5e-5, augmentation=("crop", "flip", "mix"), source=_STARRED
    ),
    "clif_mix": _CLIF._replace(augmentation=("crop", "flip", "mix"), source=_STARRED),
    "clif_tiny_imagenet": _CLIF._replace(
        batch=256,
        epochs=300,
        augmentation=("crop", "flip"),
        source="CLIF, Table 5, Tiny-ImageNet; crop and flip instead of its AutoAugment",
    ),
    "clif_dvs": _CLIF._replace(lr=0.05, epochs=300, augmentation=()),
    "clif_gesture": _CLIF._replace(batch=16, epochs=300, dropout=0.4, augmentation=()),
    "dsn": Recipe(
        "AdamW",
        lr=1e-3,
        batch=128,
        epochs=256,
        source="DSN, B.2, Sequential CIFAR; without augmentation, of which nothing is printed",
        loss="mean",
        schedule="cosine",
    ),
    "dsn_tsf": Recipe(
        "Adam",
        lr=1e-4,
        batch=128,
        epochs=100,
        source="DSN, B.3; epochs are not printed",
        loss="mse",
        patience=30,
    ),
    "stc": Recipe(
        "Adam",
        lr=1e-3,
        batch=16,
        epochs=500,
        source="STC, Tables 8 and 9, Moving MNIST",
        loss="mse",
        sampling=True,
        schedule="cosine",
        final_lr=1e-5,
        warmup=10,
    ),
    "stc_dvs": Recipe(
        "SGD",
        lr=1e-3,
        batch=8,
        epochs=300,
        source="STC, Tables 8 and 9, DVS128 Gesture",
        loss="mean",
        schedule="cosine",
        final_lr=1e-5,
        warmup=10,
        momentum=0.9,
        weight_decay=0.05,
    ),
}


def _tiny(recipe: Recipe) -> Recipe:
    """Return the recipe with few epochs."""
    return recipe._replace(epochs=TINY, warmup=recipe.warmup * TINY / recipe.epochs)


RECIPES = {
    **_PAPERS,
    **{f"{name}_tiny": _tiny(recipe) for name, recipe in _PAPERS.items()},
    "tiny": Recipe("Adam", lr=5e-3, batch=64, epochs=TINY, source="ours"),
}


def get(name: str) -> Recipe:
    """Return the recipe of that name; raise ValueError with the known names if there is none."""
    return RECIPES[neurons.one_of("no recipe", name, RECIPES)]
