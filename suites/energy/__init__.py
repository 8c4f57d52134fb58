"""What a sample costs: a ledger of facts, and the published ways to turn it into joules.

facts = watch.collect(model, x)                           # any torch model
conventions.estimate("default", facts, technology.FP32)   # pJ per sample, layer by layer
"""
