"""What all tests share."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """The tensors here are small; threads would only wait for each other on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seed() -> None:
    """The same random numbers whichever tests run before."""
    torch.manual_seed(0)
