"""Record what a model computes outside of its known layers, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode, _get_current_dispatch_mode

from suites.energy import functional
from suites.energy.counts import Call
from suites.energy.functional import KindOf


class DispatchRecorder(TorchDispatchMode):
    """Give `add` a call for each operation that torch dispatches, unless it only moves values.

    What is computed only from parameters, such as a normalised weight, is left out: it can be
    computed once, before the first sample.
    """

    def __init__(self, model: nn.Module, kind_of: KindOf, add: Callable[[Call], None]) -> None:
        super().__init__()
        self._model, self._kind_of, self._add = model, kind_of, add
        self._weights: set[int] | None = None  # addresses of the parameters, when first needed
        # What was computed from parameters, by address: kept alive, so that no other tensor gets
        # the same address.
        self._computed_weights: dict[int, Tensor] = {}
        self._started = self._paused = self._removed = False

    def start(self) -> None:
        """Begin to record."""
        self._started = True
        self.__enter__()

    def stop(self) -> None:
        """End the recording."""
        self._started = False
        self._computed_weights.clear()
        self._weights = None
        self.__exit__(None, None, None)

    def pause(self) -> None:
        """Ignore the operations inside of a known layer, and do not slow them down."""
        self._paused = self._started
        # Torch can only remove the mode that was entered last.
        self._removed = self._paused and _get_current_dispatch_mode() is self
        if self._removed:
            self.__exit__(None, None, None)

    def resume(self) -> None:
        """Record again after `pause`."""
        if self._removed:
            self.__enter__()
        self._paused = self._removed = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        y = func(*args, **(kwargs or {}))
        if not (self._paused or func.is_view or self._from_weights(args, y)):
            call = functional.observe(func, args, y, self._kind_of, self._is_weight)
            if call is not None:
                self._add(call)
        return y

    def _is_weight(self, x: Tensor) -> bool:
        """Return whether `x` is a parameter or was computed only from parameters."""
        if self._weights is None:
            parameters = (p for p in self._model.parameters() if not is_lazy(p))
            self._weights = set(map(_address, parameters))
        address = _address(x)
        return address in self._weights or address in self._computed_weights

    def _from_weights(self, args: Any, y: Any) -> bool:
        """Return whether an operation read only parameters, and remember its results if it did."""
        inputs = [*_tensors(args)]
        from_weights = bool(inputs) and all(map(self._is_weight, inputs))
        if from_weights:
            self._computed_weights |= {_address(result): result for result in _tensors((y,))}
        return from_weights


def _address(x: Tensor) -> int:
    return x.untyped_storage().data_ptr()


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """Yield the tensors among arguments and in their lists."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)
