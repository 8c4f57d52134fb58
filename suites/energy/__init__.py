"""The energy of one sample: a ledger of counts, and published conventions that turn it into joules.

ledger = collect.collect(network, x)                               # any torch network
conventions.estimate("default", ledger, technology.FP32)           # pJ per sample, layer by layer
"""
