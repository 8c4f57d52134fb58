"""How well each neuron learns: the same small network trained on every task."""
