"""The networks that the papers measure: structure only, [T, N, C, *] in and [T, N, *] out.

Each takes the name of any of our neurons, one for all of its layers or one per layer from input
to output, or "relu" for its twin without spikes. Options go to `neurons.Layer`. What the first
input tells (a channel count, T) is made at the first call, as in torch's Lazy modules.

preact_resnet.resnet18("clif", classes=100)
vgg.vgg("vgg11", spiking.configured("10112111"), channels=2)    # one of ST-DANO's networks
"""
