"""What a sample costs: a ledger of facts, and the published ways to turn it into joules.

facts = ledger.collect(model, x)                          # any torch model with our neurons
conventions.estimate("default", facts, technology.FP32)   # pJ per sample, layer by layer
"""
