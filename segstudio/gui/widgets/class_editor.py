"""The controls for the chosen class: colour, name, order, what it is treated as."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QVBoxLayout

from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, line, row, tool_button

_ITSELF = -1


class ClassEditor(QFrame):
    """Asks for edits by signals; shows the palette it is given."""

    color_clicked = Signal()
    rename_clicked = Signal()
    up_clicked = Signal()
    down_clicked = Signal()
    treat_asked = Signal(object)
    background_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._title = label("", "heading")
        self.color = button("&Colour…", icon_name="palette", tip="Another colour (Enter)")
        self.rename = button("Rena&me", tip="Another name (F2)")
        self.up = tool_button("up", "Paint over more classes", tip="Move up (Alt+Up)")
        self.down = tool_button("down", "Paint under more classes", tip="Move down (Alt+Down)")
        self.treat = QComboBox()
        self.background = QComboBox()
        for box, name in (
            (self.treat, "Treat its outlines as"),
            (self.background, "What no outline covers"),
        ):
            box.setAccessibleName(name)
            box.setMinimumContentsLength(14)
        self.treat.activated.connect(self._ask_treat)
        self.background.activated.connect(self._ask_background)
        self.color.clicked.connect(self.color_clicked)
        self.rename.clicked.connect(self.rename_clicked)
        self.up.clicked.connect(self.up_clicked)
        self.down.clicked.connect(self.down_clicked)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("T&reat its outlines as", self.treat)
        form.addRow(line())
        form.addRow("What no outline co&vers", self.background)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * GRID, 12, 2 * GRID, 2 * GRID)
        outer.setSpacing(12)
        outer.addLayout(
            row(self._title, 1, self.color, self.rename, self.up, self.down, spacing=GRID)
        )
        outer.addLayout(form)

    def show_class(self, entry: PaletteClass | None, palette: Palette, place: int) -> None:
        """Show the chosen class, `place` rows from the top, and the palette's background rule."""
        self._title.setText(entry.name if entry else "Choose a class")
        for widget in (self.color, self.rename, self.treat):
            widget.setEnabled(entry is not None)
        self.up.setEnabled(entry is not None and place > 0)
        self.down.setEnabled(entry is not None and place < len(palette.classes) - 1)
        self.treat.clear()
        if entry is not None:
            self.treat.addItem("A class of its own", _ITSELF)
            for other in palette.trained:
                if other.id != entry.id:
                    self.treat.addItem(f"Part of {other.name}", other.id)
            self.treat.addItem("Ignored: neither helps nor hurts the score", IGNORE)
            wanted = _ITSELF if entry.map_to is None else entry.map_to
            self.treat.setCurrentIndex(self.treat.findData(wanted))
        self.background.clear()
        for other in palette.trained:
            self.background.addItem(f"Counts as {other.name}", other.id)
        self.background.addItem("Is ignored", IGNORE)
        self.background.setCurrentIndex(self.background.findData(palette.background_id))

    def _ask_treat(self, index: int) -> None:
        value = self.treat.itemData(index)
        self.treat_asked.emit(None if value == _ITSELF else value)

    def _ask_background(self, index: int) -> None:
        self.background_asked.emit(self.background.itemData(index))
