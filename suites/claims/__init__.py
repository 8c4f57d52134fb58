"""The papers' figures that follow from the structure of a network, computed by our own code.

Parameters, MACs, FLOPs and energies are ours; firing rates and accumulations, which were measured
on trained networks, are the papers'. Each paper has a file with `claims() -> Iterator[Claim]`; what
the papers print is in `tables/`.
"""
