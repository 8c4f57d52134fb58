"""What the papers compute about their neurons, each a small function of trajectories.

path = neurons.analysis.follow(layer, x)         # potentials, states and slopes, step by step
neurons.analysis.clif.xi(...)                    # gradient factors of CLIF
neurons.analysis.st_dano.gradient_share(layer, x)
neurons.analysis.stc.memory(...)
neurons.analysis.ds_atgo.in_window(...)
"""

from neurons.analysis import clif, ds_atgo, st_dano, stc
from neurons.analysis.trajectory import Path, autocorrelation, follow

__all__ = ["Path", "autocorrelation", "clif", "ds_atgo", "follow", "st_dano", "stc"]
