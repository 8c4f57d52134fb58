"""The device that this machine measures on, and the profile of the gate for it."""

import os
import shutil
import subprocess

PROFILES = {"cpu": "gate", "cuda": "gate-gpu"}  # by device
NO_GPU = ("", "-1")  # of CUDA_VISIBLE_DEVICES


def device() -> str:
    """Return "cuda" if the driver shows a GPU that this process may use, else "cpu"."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in NO_GPU
    if hidden or shutil.which("nvidia-smi") is None:
        return "cpu"
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    return "cuda" if listed.returncode == 0 and listed.stdout.startswith("GPU") else "cpu"


def profile() -> str:
    """Return the name of the profile for this machine's device."""
    return PROFILES[device()]
