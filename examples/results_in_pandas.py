"""Read asv's results with pandas: the times of each model, and its accuracy.

    make bench
    python -m examples.results_in_pandas [FOLDER]      # of the results; default: .asv/results

`results.load` returns a data frame with a row for every measured value, of every commit and
machine; its docstring names the columns.
"""

import sys

from reports import results

frame = results.load(sys.argv[1] if len(sys.argv) > 1 else results.ROOT)
if frame.empty:
    sys.exit("no results there; run `make bench` first, or name the folder of others")

# The commit that was measured last, on one machine; what did not run has another state than "ok".
newest = frame.sort_values("started").iloc[-1]
run = (frame["commit"] == newest["commit"]) & (frame["machine"] == newest["machine"])
frame = frame[run & (frame["state"] == "ok")]
print(f"commit {newest['commit'][:8]} on {newest['machine']}: {len(frame)} values")

# The time of forward and backward over T, by the fastest of our backends and the other libraries.
times = frame[(frame["suite"] == "speed") & (frame["metric"] == "training")]
rows = ["model", "size"]
fastest = times.pivot_table(index=rows, columns="T", values="value", aggfunc="min") * 1000
print("\nforward and backward, the fastest backend [ms]")
print(fastest.round(3).to_string(na_rep="-"))

# The test error: mean and standard deviation over seeds, and how many there are.
errors = frame[frame["metric"] == "test_error"]
by_task = errors.groupby(["task", "condition", "model"])["value"].agg(["mean", "std", "count"])
by_task[["mean", "std"]] *= 100
print("\ntest error over seeds [%]")
print(by_task.round(1).to_string(na_rep="-"))
