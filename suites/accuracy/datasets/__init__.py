"""Real data sets, one file each: `load(root)` reads one as a Task from the folder `root`.

Nothing is downloaded: what is missing is said in one line, with where it is to be had and in which
folder it must lie. Inputs are held as float16, half the memory; `Split.pick` returns float32.
"""
