"""What the papers say that their neurons do, each as a small experiment with a verdict.

Each finding has a file with

    FINDING = Finding(...)          the paper's statement, and which figure decides it
    measure(seed: int) -> Facts     the experiment; an exact one ignores the seed
"""
