#!/usr/bin/env bash
# Run all that needs a GPU: tests of the kernels and their gradients on this chip, the cost of both
# ways of keeping their states, the measurements of the gpu profile, and a report.
#
#   [PYTHON=...] [HOURS=12] ci/gpu.sh [LOGS]
#
# PYTHON is an environment that is used as it is, without a network; by default .venv and asv's own
# environment are installed. HOURS limits the measurements: finished ones are kept, and the next run
# goes on. LOGS is the folder for the output of each step (default: logs). Exit status: 0, 1 if
# something is wrong on this chip, 2 without a GPU.
set -euo pipefail
cd "$(dirname "$0")/.."

refuse() { echo "ci/gpu.sh: $1" >&2; exit 2; }

step() { # NAME COMMAND...: run a command and print how it ended
    local name=$1 status=0
    shift
    printf '%-12s' "$name"
    "$@" >"$logs/$name.log" 2>&1 || status=$?
    case $status in
    0) echo "done" ;;
    124) echo "out of time: $logs/$name.log" ;;
    *) echo "FAILED with $status: $logs/$name.log" ;;
    esac
    return "$status"
}

nvidia-smi -L >/dev/null 2>&1 || refuse "no GPU here; nvidia-smi shows none"
here=(--here)
if [[ -z ${PYTHON:-} ]]; then
    make .venv/installed
    PYTHON=.venv/bin/python here=()
fi
"$PYTHON" -c 'import sys, torch, triton; sys.exit(not torch.cuda.is_available())' 2>/dev/null ||
    refuse "$PYTHON has no torch that sees the GPU, or no Triton; install torch's CUDA build"

logs=${1:-logs} wrong=0
mkdir -p "$logs" results
export SPIKEBENCH_PROFILE=gpu
unset TRITON_INTERPRET # or the kernels would run on the CPU

step kernels "$PYTHON" -m pytest tests/neurons/test_triton.py tests/suites/peers || wrong=1
step golden "$PYTHON" -m tests.golden --backend triton --backend eager || wrong=1
step gradients "$PYTHON" -m suites.gradients --backend triton eager --surrogate all || wrong=1
step checkpoints "$PYTHON" -m ci.checkpoints && cat "$logs/checkpoints.log"
step asv timeout --signal=INT "${HOURS:-12}h" \
    "$PYTHON" -m ci.measure --launch-method spawn "${here[@]}" || true
cp -r .asv/results/. results/ || true
step report "$PYTHON" -m reports build --results results -o "$logs/html" || true
exit "$wrong"
