"""The path of one event. A stage does not know the next; ``front`` and ``back`` compose them.

    receive → verify → admit → record ══ commit ══ dispatch → run → (call) → settle

Front: ``front.py``. Back: ``back.py``. The store is the truth; everything in memory is a hint.
"""

PATH = ("receive", "verify", "admit", "record", "dispatch", "run", "call", "settle")
