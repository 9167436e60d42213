"""Loading what a registry names as "module:attribute", so that listing it imports nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, cast


def load_attribute(place: str) -> Callable[..., Any]:
    """Import the attribute that "module:attribute" names, a function or a class."""
    module, _, attribute = place.partition(":")
    return cast(Callable[..., Any], getattr(importlib.import_module(module), attribute))
