# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Bar charts as SVG, for light and dark pages."""

import dataclasses
from xml.sax.saxutils import escape

WIDTH, LABELS, ROW, PANEL, MARGIN = 760, 270, 22, 34, 16
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.panel { font-weight: 600 }
.note { fill: #59636e; font-size: 12px }
.background { fill: #ffffff }
.first { fill: #0b6e99 }
.other { fill: #b0b8c1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .note { fill: #9198a1 }
  .background { fill: #0d1117 }
  .first { fill: #4db5e0 }
  .other { fill: #59636e }
}"""


@dataclasses.dataclass
class Panel:
    """Bars of one measurement, by the name of what was measured, in one unit."""

    title: str
    unit: str
    bars: dict
    is_less_better: bool = False


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def svg(title, note, panels, first):
    """A picture of panels below each other; bars whose name starts with `first` stand out."""
    lines, y = [], MARGIN + 14

    def text(x, y, words, kind="", anchor="start"):
        lines.append(f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>')

    text(MARGIN, y, title, "title")
    y += 20
    text(MARGIN, y, note, "note")
    y += 12
    space = WIDTH - LABELS - 2 * MARGIN - 90
    for panel in panels:
        y += PANEL - 8
        text(MARGIN, y, f"{panel.title}, {panel.unit}", "panel")
        text(WIDTH - MARGIN, y, "less is better" if panel.is_less_better else "more is better", "note", "end")
        largest = max(panel.bars.values()) or 1
        y += 8
        for name, value in panel.bars.items():
            kind = "first" if name.startswith(first) else "other"
            width = max(1, space * value / largest)
            text(MARGIN + LABELS - 8, y + 14, name, "", "end")
            lines.append(f'<rect x="{MARGIN + LABELS}" y="{y + 3}" width="{width:.1f}" height="{ROW - 7}" rx="2" class="{kind}"/>')
            text(MARGIN + LABELS + width + 6, y + 14, number(value))
            y += ROW
    height = y + MARGIN
    described = "; ".join(
        f"{panel.title}: " + ", ".join(f"{name} {number(value)} {panel.unit}" for name, value in panel.bars.items()) for panel in panels)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    return "\n".join(
        [head, f"<title>{escape(title)}</title>", f"<desc>{escape(described)}</desc>", f"<style>{STYLE}\n</style>",
         f'<rect class="background" width="{WIDTH}" height="{height:.0f}"/>', *lines, "</svg>", ""])
