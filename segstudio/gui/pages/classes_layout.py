"""The widgets of the classes page and where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from segstudio.gui.item_models.palette_table import PaletteTable
from segstudio.gui.session import Session
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.alike_line import AlikeLine
from segstudio.gui.widgets.basics import button, column, label, row
from segstudio.gui.widgets.change_line import ChangeLine
from segstudio.gui.widgets.class_editor import ClassEditor
from segstudio.gui.widgets.palette_view import PaletteView
from segstudio.gui.widgets.photo_preview import PhotoPreview
from segstudio.gui.widgets.preview_bar import PreviewBar


class ClassesParts:
    """The list of classes and the chosen one's controls at the left, the photo at the right."""

    def __init__(self, body: QWidget, header: QHBoxLayout, session: Session) -> None:
        self.table = PaletteTable(body)
        self.view = PaletteView(self.table)
        self.editor = ClassEditor()
        self.preview = PhotoPreview(session)
        self.change = ChangeLine()
        self.alike = AlikeLine()
        self.hint = label("", "small", wrap=True)
        self.add = button("&Add class", icon_name="add", tip="A class more, on top of the others")
        self.remove = button("Remove", icon_name="remove")
        self.take = button("&Import classes…", icon_name="import")
        self.take.setToolTip("From palette.json, CVAT's labels, names and ids, or a list of names")
        self.give = button("E&xport classes…", icon_name="file")
        self.give.setToolTip("As palette.json, as CVAT's labels, or as names and ids")
        self.following = button("&Next: Train", icon_name="next", role="primary")
        for widget in (self.take, self.give, self.following):
            header.addWidget(widget)
        self._lay_out(body, PreviewBar(session, self.preview))

    def _lay_out(self, body: QWidget, bar: PreviewBar) -> None:
        under = row(self.hint, self.add, self.remove, spacing=GRID)
        under.setStretch(0, 1)
        left, right = QWidget(), QWidget()
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
        outer.setSpacing(GRID)
        outer.addWidget(halves, 1)
        outer.addWidget(self.change)
