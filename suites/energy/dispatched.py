"""What a model computes outside of the layers that are known: operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode, _get_current_dispatch_mode

from suites.energy import functional
from suites.energy.call import Call
from suites.energy.functional import Ask


class Ear(TorchDispatchMode):
    """Tells of every operation that torch dispatches while it is open, unless it only moves values.

    What is computed from parameters alone, as a normalised weight, is done once and folds away.
    """

    def __init__(self, model: nn.Module, kind: Ask, tell: Callable[[Call], None]) -> None:
        super().__init__()
        self._model, self._kind, self._tell = model, kind, tell
        self._parameters: set[int] | None = None  # where their memory is, once asked
        self._folded: dict[int, Tensor] = {}  # kept alive, or another tensor takes its memory
        self.open = self._left = self._away = False

    def __enter__(self) -> Ear:
        self.open = True
        return super().__enter__()

    def __exit__(self, *why: Any) -> None:
        self.open = False
        self._folded.clear()
        self._parameters = None
        super().__exit__(*why)

    def leave(self) -> None:
        """Hear nothing of a layer that is known, and slow nothing down in it."""
        self._away = self.open
        self._left = self._away and _get_current_dispatch_mode() is self  # and no other since
        if self._left:
            super().__exit__(None, None, None)

    def come(self) -> None:
        """Hear again."""
        if self._left:
            super().__enter__()
        self._away = self._left = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        y = func(*args, **(kwargs or {}))
        if not (self._away or func.is_view or self._folds(args, y)):
            call = functional.observe(func, args, y, self._kind, self._weighs)
            if call is not None:
                self._tell(call)
        return y

    def _weighs(self, x: Tensor) -> bool:
        """Whether it is a parameter, or made of nothing else."""
        if self._parameters is None:
            known = (p for p in self._model.parameters() if not is_lazy(p))
            self._parameters = set(map(_memory, known))
        memory = _memory(x)
        return memory in self._parameters or memory in self._folded

    def _folds(self, args: Any, y: Any) -> bool:
        read = [*_tensors(args)]
        folds = bool(read) and all(map(self._weighs, read))
        if folds:
            self._folded |= {_memory(made): made for made in _tensors((y,))}
        return folds


def _memory(x: Tensor) -> int:
    return x.untyped_storage().data_ptr()


def _tensors(found: Iterable[Any]) -> Iterator[Tensor]:
    """Those among arguments and in their lists."""
    for each in found:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, (list, tuple)):
            yield from _tensors(each)
