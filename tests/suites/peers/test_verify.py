"""Which spikes of another library may differ from ours: those at the threshold."""

import pytest
import torch

from suites import peers
from suites.cases import current
from tests.suites.peers.samples import DEVICE, SHAPE, layer


def test_a_spike_at_the_threshold_may_differ_and_what_follows_from_it():
    """The first input charges to v_th exactly, where snnTorch's `>` does not fire."""
    x = torch.tensor([1.0, 0.7, 0.9, 0.2], device=DEVICE).view(4, 1, 1)
    ours = layer("lif", tau=2.0)
    run, _ = peers.build("snntorch", ours, x)
    assert ours(x).flatten().tolist() == [1, 0, 1, 0]
    assert run(x).flatten().tolist() == [0, 1, 0, 0]
    with pytest.raises(RuntimeError, match=r"25\.00%"):
        last = (torch.arange(4, device=DEVICE) == 3).view(4, 1, 1)
        peers.verify("snntorch", ours, lambda x: ours(x) + last, x)


def test_an_integer_spike_may_differ_only_where_it_is_rounded():
    x = torch.tensor([0.2, 1.49998, 2.3], device=DEVICE).view(3, 1, 1)
    ours = layer("ilif")
    peers.verify("spikingjelly", ours, lambda x: ours(x + (x - 1.5).abs().lt(1e-4) * 4e-5), x)
    with pytest.raises(RuntimeError, match=r"33\.33%"):
        peers.verify("spikingjelly", ours, lambda x: ours(x + (x == x[2]) * 0.7), x)


def test_a_strict_glif_is_timed_and_differs_only_at_the_threshold():
    x = current(SHAPE)
    ours, not_strict = layer("glif"), layer("glif", strict=False)
    assert torch.equal(peers.build("spikingjelly", ours, x)[0](x), ours(x))
    with torch.no_grad():
        for glif in (ours, not_strict):
            glif.threshold.fill_(-torch.inf)  # v_th = leak = 0: at zero input h = v_th
            glif.leak.fill_(-torch.inf)
    run, _ = peers.build("spikingjelly", ours, 0 * x)
    assert torch.equal(run(0 * x), not_strict(0 * x)) and run(0 * x).any() and not ours(0 * x).any()
