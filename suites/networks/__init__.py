"""The networks that the papers measure: structure only, [T, N, C, *] in and [T, N, *] out.

Each takes the name of any of our neurons, one for all of its layers or one per layer from input
to output, or "relu" for its twin without spikes. Options go to `neurons.Layer`. What the first
input tells (a channel count, T) is made at the first call, as in torch's Lazy modules.
"""
