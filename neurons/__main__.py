"""`python -m neurons`: the table of models, as Markdown; the README holds a copy."""

import importlib

from neurons import get, names


def table() -> str:
    """One row per model: what it is, how it runs, what it learns."""
    rows = ["model | what | online | parallel | learns", "---|---|---|---|---"]
    for name in names():
        neuron = get(name)
        page = importlib.import_module(neuron.Params.__module__).__doc__ or ""
        what = page.split("\n\n")[0].replace("\n", " ").rstrip(".")
        yes = {True: "yes", False: ""}
        runs = f"{yes[neuron.step is not None]} | {yes[neuron.sequence is not None]}"
        rows.append(f"`{name}` | {what} | {runs} | {', '.join(neuron.learnable)}".rstrip())
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
