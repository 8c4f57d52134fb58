"""The quantities that the papers compute about their neurons, from trajectories.

path = suites.analysis.follow(layer, x)         # potentials, states and slopes per step
suites.analysis.clif.xi(...)                    # gradient factors of CLIF
suites.analysis.st_dano.gradient_share(layer, x)
suites.analysis.stc.memory(...)
suites.analysis.ds_atgo.in_window(...)
"""

from suites.analysis import clif, ds_atgo, st_dano, stc
from suites.analysis.trajectory import Path, autocorrelation, follow

__all__ = ["Path", "autocorrelation", "clif", "ds_atgo", "follow", "st_dano", "stc"]
