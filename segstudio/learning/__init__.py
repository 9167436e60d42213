"""Everything that learns: settings, models, losses, training, evaluation and prediction.

The registries and the settings here can be listed without importing torch; what trains imports it.
"""

from __future__ import annotations

import os

# Read when torch loads its threads. Threads that wait in a busy loop starve each other, and the
# window, as soon as anything else wants a core: beside other busy programs on two cores a
# training step took 5 s instead of 0.2 s.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
