"""The networks of the papers: structure only, [T, N, C, *] in and [T, N, *] out.

The argument `models` of each is the name of one of our models for all layers, or a list with one
name per layer from input to output; "relu" builds the same network without spikes. Other options go
to `neurons.Layer`; a `spiking.ModelWithOptions` in the list has its own. A function may stand for
them, which returns as many layers as it is asked for. Parameters whose shape depends on the input
are created at the first call, as in torch's lazy modules.

preact_resnet.resnet18("clif", classes=100)
vgg.vgg("vgg11", spiking.models_of("10112111"), channels=2)    # one of ST-DANO's networks
"""
