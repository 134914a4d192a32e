__all__ = ["ACCELERATORS", "accelerate"]

ACCELERATORS: dict[str, str]

def accelerate(*names: str) -> None: ...
