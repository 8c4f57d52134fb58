"""The numbers of the papers that follow from the structure of a network, computed by our code.

Parameters, MACs, FLOPs and energies are ours. Firing rates and accumulations are the papers',
because they were measured on trained networks. Each paper has a file with
`claims() -> Iterator[Claim]`; the numbers that the papers print are in `tables/`.
"""
