from typing import Any

from polyhost.accelerators import accelerate as accelerate

__version__: str

# All else is made while it runs, or has no types to tell.
def __getattr__(name: str) -> Any: ...
