"""Everything that learns: settings, models, losses, training, evaluation and prediction.

The registries and the settings here can be listed without importing torch; what trains imports it.
"""
