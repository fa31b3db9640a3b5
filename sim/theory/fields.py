"""Fields of a record, for Python that reads the same ones every day."""

from typing import Any

import numpy as np


class Fields:
    """Fields of a record, each looked up once: a record of NumPy looks a name up anew every time, a tenth of a day."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        """The field; a record within the record in the same way."""
        value = getattr(self._record, name)
        value = Fields(value) if isinstance(value, np.void) and value.dtype.names else value
        setattr(self, name, value)
        return value
