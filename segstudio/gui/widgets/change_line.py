"""The line that says what an edit of the palette changes, with Undo beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from segstudio.core.events import ChangeCounted
from segstudio.core.palette import IGNORE, Palette
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, icon_label, label
from segstudio.gui.widgets.words import plural

_NAMED = 3


class ChangeLine(QFrame):
    """Two lines of text at most; its height stays when the words change."""

    undo_clicked = Signal()
    small_on_top_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.undo = button("&Undo", icon_name="undo", tip="Take back the last edit (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_clicked)
        self.undo.hide()
        self.small_on_top = button("Small shapes on to&p", icon_name="up")
        self.small_on_top.setToolTip("Paint classes of small shapes over those of large ones")
        self.small_on_top.clicked.connect(self.small_on_top_clicked)
        self._icon = icon_label("info", 18)
        self._words = label("", wrap=True)
        self._words.setAccessibleName("What the edit changes")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, GRID // 2, GRID, GRID // 2)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._words, 1)
        layout.addWidget(self.undo)
        layout.addWidget(self.small_on_top)
        two_lines = 2 * self._words.fontMetrics().lineSpacing()
        self.setFixedHeight(max(two_lines, self.undo.sizeHint().height()) + GRID + 4)

    @property
    def text(self) -> str:
        """The words that are shown."""
        return self._words.text()

    def tell(self, text: str, *, undo: bool = False, grave: bool = False) -> None:
        """Show words, and Undo where there is something to take back; `grave` for a warning."""
        self._icon.set_icon(*(("warning", "warning") if grave else ("info", "text_soft")))
        self._words.setText(text)
        self.undo.setVisible(undo)


def change_sentence(change: ChangeCounted, before: Palette, after: Palette) -> str:
    """Return in words what an edit changes; `change` may be a sum that still grows."""
    pixels = f"{change.pixels:,} {'pixel' if change.pixels == 1 else 'pixels'}"
    if change.counted < change.total:
        changed = plural(change.photos, "photo")
        return f"So far {pixels} in {changed}; {change.counted:,} of {change.total:,} looked at."
    if not change.pixels:
        return f"This changes no pixel in {_all(change.total)}: label images stay as they are."
    where = f"{change.photos:,} of {plural(change.total, 'photo')}"
    who = _gains(change, before, after)
    return f"This changes {pixels} in {where}{': ' if who else ''}{who}."


def _all(photos: int) -> str:
    return "your photo" if photos == 1 else f"your {photos:,} photos"


def _gains(change: ChangeCounted, before: Palette, after: Palette) -> str:
    """Return "ground 12 % to 9.5 %, person 0 % to 3 %", the classes that move most first.

    These are shares of all pixels.
    """
    total = sum(change.before.values())
    ids = change.lost.keys() | change.gained.keys()
    net = {i: change.gained.get(i, 0) - change.lost.get(i, 0) for i in ids}
    moved = sorted((i for i in ids if net[i]), key=lambda i: (-abs(net[i]), i))
    parts = [
        _gain(_name(i, before, after), net[i], change.before.get(i, 0), total)
        for i in moved[:_NAMED]
    ]
    if len(moved) > _NAMED:
        more = len(moved) - _NAMED
        parts.append(f"{more} more {'changes' if more == 1 else 'change'} less")
    return ", ".join(parts)


def _name(class_id: int, before: Palette, after: Palette) -> str:
    if class_id == IGNORE:
        return "what is ignored"
    known = any(entry.id == class_id for entry in after.classes)
    return (after if known else before).name_of(class_id)


def _gain(name: str, net: int, was: int, total: int) -> str:
    if net == -was:
        return f"{name} loses all it had"
    old, new = _percent(was / total), _percent((was + net) / total)
    if old == new:
        more = "more" if net > 0 else "fewer"
        return f"{name} {abs(net):,} {more} {'pixel' if abs(net) == 1 else 'pixels'}"
    return f"{name} {old} to {new}"


def _percent(share: float) -> str:
    """Return a share, with a digit after the point only where that says something."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    return f"{share * 100:.1f} %" if 0 < share < 0.0995 else f"{share * 100:,.0f} %"
