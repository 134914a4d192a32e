"""The results as a table and as JSON."""

import os
import platform

import polyhost


def machine():
    """What the figures depend on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "python_compiler": platform.python_compiler(),
        "polyhost": polyhost.__version__,
        "clock": polyhost.boundary.snapshot().clock.source,
    }


def document(results, versions):
    """The document of schema polyhost.bench/1; ns are gross: with the loop that calls."""
    rows = [
        {
            "row": row,
            "candidate": name,
            "ns": round(ns, 3),
            "ratio_to_raw": round(ns / times["raw"], 4) if times.get("raw") else None,
        }
        for row, times in results.items()
        for name, ns in times.items()
        if name is not None
    ]
    loops = {row: round(times[None], 3) for row, times in results.items()}
    return {
        "schema": "polyhost.bench/1",
        "machine": {**machine(), "versions": versions},
        "empty_loop_ns": loops,
        "results": rows,
    }


def heading(machine, without):
    """The machine and the versions of the peers; `without` names candidates that have none of their own."""
    versions = [f"{name} {version}" for name, version in machine["versions"].items() if name not in without]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}\n"
        f"Python {machine['python']} ({machine['python_compiler']}); polyhost {machine['polyhost']}"
        + "".join(f", {version}" for version in versions)
        + "\n"
    )


def cell(ns, raw):
    digits = 1 if ns < 100 else 0
    return f"{ns:.{digits}f}" + (f" {ns / raw:.2f}x" if raw else "")


def table(results, names):
    """ns a call, gross, and the ratio to raw."""
    width = 14
    lines = [f"{'ns a call (x raw)':18}" + "".join(f"{name:>{width}}" for name in names)]
    for row, times in results.items():
        cells = [cell(times[name], times.get("raw")) if name in times else "-" for name in names]
        lines.append(f"{row:18}" + "".join(f"{text:>{width}}" for text in cells))
    return "\n".join(lines) + "\n"


def break_even(results, ns_per_bytecode):
    """The sentence on when a call pays; empty without the row it is made from."""
    add = results.get("add", {})
    if "exact" not in add:
        return ""
    counts = {name: (add[name] - add[None]) / ns_per_bytecode for name in ("exact", "off")}
    return (
        f"break-even: a timed call of add(3, 4) costs what {counts['exact']:.0f} simple bytecodes cost"
        f" ({ns_per_bytecode:.1f} ns each), an untimed one {counts['off']:.0f}: native code pays from there on\n"
    )
