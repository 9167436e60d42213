"""SegStudio: label a few photos, train on a laptop, see honestly how good it is, repeat."""

from __future__ import annotations

__version__ = "0.1.0"
