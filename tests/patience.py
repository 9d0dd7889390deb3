"""How long tests wait for what must come: the busier the machine, the longer."""

from __future__ import annotations

import os

_MOST = 5.0  # times; a test that hangs must fail in the end


def patience(seconds: float) -> float:
    """The seconds to wait on this machine, as it is now, for what an idle one does in `seconds`."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    return seconds * min(max(1.0, load / (os.cpu_count() or 1)), _MOST)
