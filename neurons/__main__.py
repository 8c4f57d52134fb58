"""`python -m neurons`: print the table of models as Markdown; docs/models.md has a copy."""

import importlib

from neurons import get, names


def table() -> str:
    """Return a table with one row per model: what it is, how it runs, what it learns."""
    rows = ["model | what | online | parallel | learns", "---|---|---|---|---"]
    for name in names():
        neuron = get(name)
        docstring = importlib.import_module(neuron.Params.__module__).__doc__ or ""
        summary = docstring.split("\n\n")[0].replace("\n", " ").rstrip(".")
        online, parallel = ("yes" if run else "" for run in (neuron.step, neuron.sequence))
        learns = ", ".join(neuron.learnable)
        rows.append(f"`{name}` | {summary} | {online} | {parallel} | {learns}".rstrip())
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
