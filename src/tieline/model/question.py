"""Question: something that is asked of a store, as a frozen value with one answer type."""

from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)


class Question(Generic[R_co]):
    """A question of a store, and by its type parameter what the answer is."""

    __slots__ = ()
