"""The widgets of the classes page and where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from segstudio.core.palette import Palette
from segstudio.gui.class_figures import ClassFigures
from segstudio.gui.item_models.palette_table import PaletteTable, has_one_layer
from segstudio.gui.session import Session
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.alike_line import AlikeLine
from segstudio.gui.widgets.basics import button, column, row, tool_button
from segstudio.gui.widgets.change_line import ChangeLine
from segstudio.gui.widgets.class_editor import ClassEditor
from segstudio.gui.widgets.palette_view import PaletteView
from segstudio.gui.widgets.photo_preview import PhotoPreview
from segstudio.gui.widgets.preview_bar import PreviewBar
from segstudio.jobs.paint_order import Outlines, small_on_top

_LAYERED = "Higher in the list is painted over lower: drag a row to change that."
_ONE_LAYER = (
    "The outlines are painted in the order of the export: drag a row to decide by class instead."
)
_COVERED = (
    "{names} {verb} outlined, but other classes are painted over {them} on every photo. "
    '"Small shapes on top" paints small ones over large ones.'
)
_NAMED = 3
_FIRST = "What an edit changes is told here before you let go."
_LOCKED = "Classes can be edited again when the running job has ended."


class ClassesParts:
    """The list of classes and the chosen one's controls at the left, the photo at the right."""

    def __init__(self, body: QWidget, header: QHBoxLayout, session: Session) -> None:
        self.table = PaletteTable(body)
        self.view = PaletteView(self.table)
        self.editor = ClassEditor()
        self.preview = PhotoPreview(session)
        self.change = ChangeLine()
        self.alike = AlikeLine()
        self.up = tool_button("up", "Paint over more classes", tip="Move up (Alt+Up)")
        self.down = tool_button("down", "Paint under more classes", tip="Move down (Alt+Down)")
        self.rename = button("Rena&me", tip="Another name (F2)")
        self.add = button("&Add class", icon_name="add", tip="A class more, on top of the others")
        self.remove = tool_button("remove", "Remove the class")
        self.take = button("&Import classes…", icon_name="import")
        self.take.setToolTip("From palette.json, CVAT's labels, names and ids, or a list of names")
        self.give = button("E&xport classes…", icon_name="file")
        self.give.setToolTip("As palette.json, as CVAT's labels, or as names and ids")
        self.following = button("&Next: Explore", icon_name="next", role="primary")
        for widget in (self.take, self.give, self.following):
            header.addWidget(widget)
        self._locked = False
        self._lay_out(body, PreviewBar(session, self.preview))

    def allow(self, editing: bool, place: int, why_kept: str) -> None:
        """Enable what makes sense for the class in row `place`; `why_kept` forbids removing it."""
        edits = (self.editor, self.alike, self.rename, self.add, self.take, self.change.undo)
        for widget in edits:
            widget.setEnabled(editing)
        self.up.setEnabled(editing and place > 0)
        self.down.setEnabled(editing and 0 <= place < len(self.table.rows) - 1)
        self.remove.setEnabled(editing and not why_kept)
        self.remove.setToolTip(why_kept or "Remove the class, which no outline needs (Delete)")
        self.view.setDragEnabled(editing)
        self.table.set_editable(editing)
        self._locked = not editing

    def allow_small_on_top(
        self, editing: bool, palette: Palette, outlines: Outlines | None
    ) -> None:
        """Offer the proposed order where there are outlines and it is another one."""
        useful = outlines is not None and small_on_top(palette, outlines) != palette
        self.change.small_on_top.setEnabled(editing and useful)
        # The words of an edit need the room.
        self.change.small_on_top.setVisible(useful)

    def tell(self, sentence: str, stored: bool, palette: Palette, figures: ClassFigures) -> None:
        """Say what an edit changes; without one, what can be done."""
        if sentence and not self._locked:
            self.change.tell(sentence, undo=stored)
        elif self._locked:
            self.change.tell(_LOCKED)
        else:
            self.change.tell(_hint(palette, figures), grave=bool(figures.covered))

    def _lay_out(self, body: QWidget, bar: PreviewBar) -> None:
        under = row(self.up, self.down, 1, self.rename, self.add, self.remove, spacing=GRID)
        left, right = QWidget(), QWidget()
        left.setMinimumWidth(49 * GRID)
        left.setLayout(column(self.view, under, self.alike, self.editor))
        right.setLayout(column(self.preview, bar))
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(2 * GRID)
        halves.setChildrenCollapsible(False)
        for side in (left, right):
            layout = side.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.setStretch(0, 1)
            halves.addWidget(side)
        halves.setSizes([60 * GRID, 72 * GRID])
        halves.setStretchFactor(1, 1)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        # At the top, where no open list covers what it says.
        outer.addWidget(self.change)
        outer.addWidget(halves, 1)


def _hint(palette: Palette, figures: ClassFigures) -> str:
    """Return in words what can be done, first of all with classes that nobody sees."""
    if figures.covered:
        names = [entry.name for entry in palette.classes if entry.id in figures.covered]
        many = len(names) > 1
        return _COVERED.format(
            names=_listed(names), verb="are" if many else "is", them="them" if many else "it"
        )
    if not has_one_layer(palette):
        return f"{_LAYERED} {_FIRST}"
    # Of label images nothing lies over anything else.
    outlines = figures.outlines
    return _FIRST if outlines is not None and outlines.pixels_only else f"{_ONE_LAYER} {_FIRST}"


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
