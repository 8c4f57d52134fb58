"""The accuracy of each neuron: one small network, trained on every task."""
