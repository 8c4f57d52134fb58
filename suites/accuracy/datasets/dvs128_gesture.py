"""DVS128 Gesture: 11 gestures of hands and arms before an event camera of 128 x 128 pixels.

It is read from `DVS128Gesture/events_np`, as spikingjelly.datasets.DVS128Gesture unpacks it. A
frame has the events of one part of a recording, by polarity, see `_events`.

Shapes: x [steps, N, 2, side, side], y [N]; 1176 samples to train, 288 to test.

Source: Amir et al. 2017, https://ibm.ent.box.com/s/3hiq58ww1pbbjrinh367ykfdf60xsfm8
"""

from __future__ import annotations

from pathlib import Path

from suites.accuracy.datasets import _events, _files
from suites.accuracy.task import Split, Task

FOLDER = "DVS128Gesture/events_np"
SOURCE = "DVS128 Gesture by spikingjelly.datasets.DVS128Gesture"
GESTURES = 11


def load(root: Path, steps: int = 20, side: int = _events.SENSOR) -> Task:
    """Return the task."""

    def split(part: str) -> Split:
        folder = _files.found(root / FOLDER / part, SOURCE)
        files = {file: int(file.parent.name) for file in folder.glob("*/*.npz")}
        return _events.split(files, steps, side)

    return Task(split("train"), split("test"), GESTURES, network="convnet")
