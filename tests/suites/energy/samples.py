"""What the tests of the energy suite share."""

import torch
from torch import Tensor, nn

import neurons
from suites.energy.counts import NO_SIZES, Counts
from suites.energy.ledger import Entry, Ledger

BLANK = Entry(
    name="",
    kind="conv",
    operation="",
    reads="binary",
    steps=1,
    repeated=False,
    rate=0.0,
    per_sample=Counts(),
    sizes=NO_SIZES,
    unknown=(),
)


class Emit(nn.Module):
    """A network whose neurons emit its input: LIF for binary spikes, DSN for integer ones."""

    def __init__(self, *after: nn.Module, integer: bool = False, flat: bool = False) -> None:
        super().__init__()
        options = {"k": 1} if integer else {"tau": 2.0}
        self.fire = neurons.Layer("dsn" if integer else "lif", **options)
        self.after, self.flat = nn.Sequential(*after), flat

    def forward(self, spikes: Tensor) -> Tensor:
        x = spikes if self.fire.neuron.name == "lif" else self.current_for(spikes)
        s = self.fire(x)
        assert torch.equal(s, spikes)
        return self.after(s.flatten(0, 1) if self.flat else s)

    def current_for(self, spikes: Tensor) -> Tensor:
        """Return the current for which DSN emits `spikes`, with a constant decay."""
        if self.fire.has_uninitialized_params():
            self.fire(spikes)
        p = self.fire.params
        for value in (p.conv_weight, p.conv_bias):
            nn.init.zeros_(value)
        before = torch.cat([torch.zeros_like(spikes[:1]), spikes[:-1]])
        alpha = 0.5 ** (1 / p.tau)
        return (spikes - alpha * before) / (1 - alpha)


def random_spikes(*shape: int, rate: float = 0.4, top: int = 1) -> Tensor:
    """Return spikes from 1 to `top` at a rate, and zeros."""
    generator = torch.Generator().manual_seed(0)
    sizes = torch.randint(1, top + 1, shape, generator=generator)
    return (torch.rand(shape, generator=generator) < rate) * sizes.float()


def entry_of(ledger: Ledger, name: str) -> Entry:
    """Return the entry of a layer by its name."""
    return next(e for e in ledger.entries if e.name == name)
