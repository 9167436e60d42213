"""Widgets that several pages share; they show values and hold no logic of the engine."""
