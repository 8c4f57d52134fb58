"""Replace SpikingJelly's LIF by ours in a training loop: the same accuracy.

    python -m examples.spikingjelly_training

It needs SpikingJelly: `pip install spikingjelly`. The networks start from the same weights and see
the same batches. From the same weights they get the same spikes; their gradients differ by
rounding, which training amplifies. So their accuracies may differ by MARGIN.
"""

import torch
from spikingjelly.activation_based import functional, neuron, surrogate
from torch import nn
from torch.nn.functional import cross_entropy

import neurons
from suites.accuracy import tasks

MARGIN = 0.01  # of the test images
EPOCHS, BATCH = 10, 64
torch.set_num_threads(1)  # on one thread, a seed gives the same result every time

task = tasks.load("rows")  # digits, row by row: x is [T, N, 8] and y [N]


def train(lif: nn.Module) -> float:
    """Train Linear - LIF - Linear and return its accuracy on the test set."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(8, 128), lif, nn.Linear(128, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    for _ in range(EPOCHS):
        for batch in torch.randperm(task.train.samples).split(BATCH):
            loss = cross_entropy(network(task.train.x[:, batch]).mean(0), task.train.y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            functional.reset_net(network)  # SpikingJelly's needs it, ours ignores it
    with torch.no_grad():
        classes = network(task.test.x).mean(0).argmax(1)
    return float((classes == task.test.y).float().mean())


theirs = train(
    neuron.LIFNode(tau=2.0, decay_input=True, surrogate_function=surrogate.ATan(), step_mode="m")
)
ours = train(neurons.Layer("lif", tau=2.0, decay_input=True, surrogate="atan"))

print(f"SpikingJelly's LIF: {theirs:.1%} of the test digits are right")
print(f"our LIF:            {ours:.1%}")
print(f"difference:         {abs(ours - theirs):.1%}, allowed are {MARGIN:.0%}")
