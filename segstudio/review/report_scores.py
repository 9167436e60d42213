"""The parts of the report that show scores: classes, frequency, confusion, curve; HTML and SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from segstudio.core.palette import Palette
from segstudio.core.run_history import Epoch, Standing, band
from segstudio.review.scores import edge_words, likely_words

Row = Mapping[str, Any]
_COLUMNS = ("iou", "iou_interval", "dice", "precision", "recall", "boundary_iou")
_HEADINGS = (
    "Overlap (IoU)", "Likely", "Dice", "Of what it marked, right", "Of what is there, found",
    "Along edges", "Photos found", "Missed", "Made up",
)  # fmt: skip


def caution(scores: Mapping[str, Any]) -> str:
    """Return how far the score can be trusted, and what it hides, as HTML."""
    sentences = [
        likely_words(scores.get("miou_interval"), len(scores["photos"]))
        if "miou_interval" in scores
        else "",
        _without_background(scores.get("miou_without_background")),
        edge_words(scores.get("boundary_iou"), scores.get("edge_share")),
    ]
    text = " ".join(sentence for sentence in sentences if sentence)
    warnings = "".join(
        f"<li>{escape(text)}</li>" for text in scores.get("warnings", _absent(scores))
    )
    listed = f"<ul class=warn>{warnings}</ul>" if warnings else ""
    return (f"<p>{text}</p>" if text else "") + listed


def _absent(scores: Mapping[str, Any]) -> list[str]:
    """Return what is to be said of scores that an older SegStudio wrote without warnings."""
    unknown = [name for name, row in scores["classes"].items() if row["iou"] is None]
    return [f"Nothing is known of: {', '.join(unknown)}."] if unknown else []


def class_table(classes: Mapping[str, Row], palette: Palette) -> str:
    """Return the table of classes, best first."""
    ranked = sorted(
        classes.items(), key=lambda item: (item[1]["iou"] is None, -(item[1]["iou"] or 0.0))
    )
    head = "".join(f"<th>{words}</th>" for words in _HEADINGS)
    rows = "".join(
        f"<tr><td>{_swatch(palette, name)}{escape(name)}</td>{_cells(row)}</tr>"
        for name, row in ranked
    )
    return (
        f"<div class=wide><table><tr><th>Class</th>{head}</tr>{rows}</table></div>"
        "<p class=note>– means that there is nothing to score: the class is on none of these "
        "photos. Likely: with other photos of this kind the overlap would be in this range in 95 "
        "of 100 cases.</p>"
    )


def frequency_chart(classes: Mapping[str, Row], palette: Palette) -> str:
    """Return overlap against frequency as SVG, the most frequent class first; "" if not known."""
    ranked = sorted(classes.items(), key=lambda item: -(item[1].get("share") or 0.0))
    longest = max((row.get("share") or 0.0 for _, row in ranked), default=0.0)
    if not longest:
        return ""
    height = 34 + 28 * len(ranked)
    lines = "".join(
        _frequency_line(name, row, palette, longest, 44 + 28 * number)
        for number, (name, row) in enumerate(ranked)
    )
    ticks = "".join(
        f"<line x1={x:.0f} x2={x:.0f} y1=26 y2={height} class=grid />"
        f"<text x={x:.0f} y=18 text-anchor=middle>{value:g}</text>"
        for value in (0, 0.5, 1)
        for x in (_overlap_x(value),)
    )
    return (
        f"<svg class=chart viewBox='0 0 760 {height}' role=img aria-label='Overlap of each class "
        f"against its share of the pixels'><text x=170 y=18>share of pixels</text>{ticks}{lines}"
        "</svg><p class=note>Left how frequent a class is on these photos, right how well it is "
        "found, with the range in which that likely lies.</p>"
    )


def confusion_table(scores: Mapping[str, Any], palette: Palette) -> str:
    """Return the matrix with rows as shares, coloured by them; "" where it is not known."""
    names, counts = list(scores["classes"]), scores.get("confusion") or []
    if len(counts) != len(names):
        return ""
    head = "".join(f"<th><span>{escape(name)}</span></th>" for name in names)
    rows = "".join(
        f"<tr><th>{_swatch(palette, name)}{escape(name)}</th>{_shares(place, line)}</tr>"
        for place, (name, line) in enumerate(zip(names, counts, strict=True))
    )
    return (
        f"<div class=wide><table class=matrix><tr><td></td>{head}</tr>{rows}</table></div>"
        "<p class=note>Each row is all that you outlined as one class, and what the model took it "
        "for; a row adds up to 100 %.</p>"
    )


def curve(history: Sequence[Epoch]) -> str:
    """Return the validation score of every epoch as a small drawing with its 95 % band."""
    points: list[tuple[int, float]] = [
        (e["epoch"], e["val_miou"]) for e in history if e.get("val_miou") is not None
    ]
    if len({epoch for epoch, _ in points}) < 2:
        return "<p>Too few epochs were checked to draw a curve.</p>"
    (first, _), (last, _) = points[0], points[-1]
    kept = Standing.of(history).best_epoch
    best = next(point for point in points if point[0] == kept)

    def at(epoch: float, value: float) -> str:
        return f"{30 + 560 * (epoch - first) / (last - first):.1f},{150 - 140 * value:.1f}"

    line = " ".join(at(*point) for point in points)
    known = band(history)
    ends = [at(epoch, low) for epoch, low, _ in known]
    ends += [at(epoch, high) for epoch, _, high in reversed(known)]
    area = f"<polygon points='{' '.join(ends)}'/>" if ends else ""
    likely = ", with the range in which it likely lies" if ends else ""
    ticks = "".join(
        f"<line x1=30 x2=590 y1={150 - 140 * v:.0f} y2={150 - 140 * v:.0f} class=grid />"
        f"<text x=4 y={154 - 140 * v:.0f}>{v:g}</text>"
        for v in (0, 0.5, 1)
    )
    x, y = at(*best).split(",")
    higher = any(value > best[1] for _, value in points)
    before = " Higher scores before it are of other photos or outlines." if higher else ""
    return (
        f"<svg viewBox='0 0 600 170' role=img aria-label='Overlap after each epoch'>{ticks}{area}"
        f"<polyline points='{line}'/><circle cx={x} cy={y} r=4 />"
        f"<text x=30 y=167>epoch {first}</text>"
        f"<text x=590 y=167 text-anchor=end>epoch {last}</text></svg>"
        f"<p>Overlap on the photos kept aside after each epoch{likely}. "
        f"The best, {best[1]:.3f}, came after epoch {best[0]}; that model was kept.{before}</p>"
    )


def number(value: float | None) -> str:
    """Return a score for reading, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def _cells(row: Row) -> str:
    """Return the scores of one class as cells of the table."""
    cells = [
        _ends(row.get(key)) if key == "iou_interval" else number(row.get(key)) for key in _COLUMNS
    ]
    found = row.get("presence")
    if found:
        cells.append(f"{found['found']} of {found['found'] + found['missed']}")
        cells += [str(found["missed"]), str(found["extra"])]
    else:
        cells += ["–"] * 3
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _frequency_line(name: str, row: Row, palette: Palette, longest: float, y: int) -> str:
    """Return one class of the chart: name, share as a bar, overlap as a dot with its range."""
    share, iou, ends = row.get("share") or 0.0, row["iou"], row.get("iou_interval")
    entry = palette.find(name)
    color = entry.color if entry else "#888888"
    width = max(170 * share / longest, 1.0)
    parts = [
        f"<text x=0 y={y + 5} class=name>{escape(name[:22])}</text>",
        f"<rect x=170 y={y - 6} width={width:.1f} height=12 rx=3 fill='{color}' class=share />",
        f"<text x=350 y={y + 5}>{_percent(share)}</text>",
    ]
    if ends:
        left, right = (_overlap_x(end) for end in ends)
        parts.append(f"<line x1={left:.1f} x2={right:.1f} y1={y} y2={y} class=range />")
    if iou is not None:
        parts.append(f"<circle cx={_overlap_x(iou):.1f} cy={y} r=5 />")
    return "".join(parts) + f"<text x=735 y={y + 5} text-anchor=end>{number(iou)}</text>"


def _overlap_x(value: float) -> float:
    return 420 + 260 * value


def _shares(place: int, line: Sequence[int]) -> str:
    """Return one row of the matrix; a class that is on no photo has dashes."""
    total = sum(line)
    if not total:
        return "<td>–</td>" * len(line)
    cells = []
    for column, pixels in enumerate(line):
        share = pixels / total
        kind = "right" if column == place else "wrong"
        words = _percent(share) if pixels else ""
        cells.append(f"<td class={kind} style='--share:{share**0.5 * 75:.0f}%'>{words}</td>")
    return "".join(cells)


def _without_background(value: float | None) -> str:
    return "" if value is None else f"Background counts as a class; without it {value:.2f}."


def _ends(ends: Sequence[float] | None) -> str:
    return "–" if not ends else f"{ends[0]:.2f} to {ends[1]:.2f}"


def _percent(share: float) -> str:
    return "&lt;1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def _swatch(palette: Palette, name: str) -> str:
    entry = palette.find(name)
    return f"<i style='background:{entry.color if entry else 'transparent'}'></i>"
