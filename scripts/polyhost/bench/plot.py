"""The results as a picture: one group of bars a row, the length is the ratio to raw on a logarithmic scale."""

import math
from xml.sax.saxutils import escape

COLOURS = {
    "raw": "#555555",
    "off": "#9ecae1",
    "sampled": "#6baed6",
    "exact": "#2171b5",
    "full": "#08306b",
    "pybind11": "#e6550d",
    "nanobind": "#fd8d3c",
    "cython": "#31a354",
    "cffi": "#756bb1",
    "ctypes": "#9e9ac8",
    "python": "#d6a100",
}
BAR, GAP, LEFT, WIDTH, TOP = 13, 16, 130, 900, 70


def svg(results, names, title):
    """An SVG document (str)."""
    ratios = [ns / times["raw"] for times in results.values() for name, ns in times.items() if name and times.get("raw")]
    low, high = min([*ratios, 1.0]), max([*ratios, 2.0])
    first, last = math.floor(math.log2(low)), math.ceil(math.log2(high))
    span = WIDTH - LEFT - 130

    def x(ratio):
        return LEFT + span * (math.log2(ratio) - first) / (last - first)

    parts, y = [], TOP
    for row, times in results.items():
        shown = [name for name in names if name in times and times.get("raw")]
        parts.append(f'<text x="{LEFT - 8}" y="{y + BAR * len(shown) / 2 + 4}" text-anchor="end">{escape(row)}</text>')
        for name in shown:
            ratio = times[name] / times["raw"]
            label = f"{name} {times[name]:.0f} ns, {ratio:.2f}x"
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{max(x(ratio) - LEFT, 1):.1f}" height="{BAR - 2}"'
                f' fill="{COLOURS.get(name, "#888888")}"><title>{escape(row)}: {escape(label)}</title></rect>'
                f'<text class="value" x="{x(ratio) + 4:.1f}" y="{y + BAR - 4}">{escape(label)}</text>'
            )
            y += BAR
        y += GAP
    height = y + 20
    grid = "".join(
        f'<line x1="{x(2.0**p):.1f}" y1="{TOP - 10}" x2="{x(2.0**p):.1f}" y2="{height - 25}"/>'
        f'<text x="{x(2.0**p):.1f}" y="{TOP - 16}" text-anchor="middle">{2.0**p:g}x</text>'
        for p in range(first, last + 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">\n<style>.grid line{stroke:#ddd} .grid text{fill:#777}'
        " .value{font-size:10px;fill:#333}</style>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n'
        f'<text x="12" y="24" font-size="16">{escape(title)}</text>\n'
        '<text x="12" y="42" fill="#777">ratio to the same function by hand on the C API (raw), logarithmic: shorter is'
        " better</text>\n"
        f'<g class="grid">{grid}</g>\n' + "\n".join(parts) + "\n</svg>\n"
    )
