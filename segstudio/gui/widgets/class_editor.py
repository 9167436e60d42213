"""The controls for the chosen class: colour, other names, what it is treated as."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLineEdit, QVBoxLayout

from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, row
from segstudio.gui.widgets.elided_label import ElidedLabel

_ITSELF = -1


class TryingCombo(QComboBox):
    """Tells the value under the cursor while its list is open, before one is chosen."""

    tried = Signal(object)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumContentsLength(9)
        self.highlighted.connect(self._try)
        self.view().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the list being closed, however that happens; nothing is tried any more."""
        if event.type() == QEvent.Type.Hide:
            self.left.emit()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page: a class is not merged by scrolling."""
        event.ignore()

    def _try(self, index: int) -> None:
        if self.view().isVisible():
            self.tried.emit(self.itemData(index))


class ClassEditor(QFrame):
    """Asks for edits by signals; shows the palette it is given."""

    color_clicked = Signal()
    treat_asked = Signal(object)
    treat_tried = Signal(object)
    background_asked = Signal(int)
    background_tried = Signal(object)
    aliases_asked = Signal(tuple)
    trying_left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._title = ElidedLabel()
        self._title.setProperty("role", "heading")
        self._id = label("", "small")
        self.color = button("&Colour…", icon_name="palette", tip="Another colour (Enter)")
        self.aliases = QLineEdit()
        self.aliases.setAccessibleName("Also called")
        self.aliases.setPlaceholderText("Other names in exports, separated by ;")
        self.aliases.setToolTip("Outlines of these names belong to this class as well")
        self.treat = TryingCombo("Treat its outlines as")
        self.background = TryingCombo("What no outline covers")
        self._lay_out()
        self._connect()

    def show_class(self, entry: PaletteClass | None, palette: Palette) -> None:
        """Show the chosen class, and the palette's background rule."""
        self._title.setText(entry.name if entry else "Choose a class")
        self._id.setText(f"id {entry.id}, never changes" if entry else "")
        for widget in (self.color, self.treat, self.aliases):
            widget.setEnabled(entry is not None)
        self.aliases.setText("; ".join(entry.aliases) if entry else "")
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

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Als&o called", self.aliases)
        form.addRow("Treat its out&lines as", self.treat)
        form.addRow("What no outline cover&s", self.background)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        outer.setSpacing(GRID)
        heading = row(spacing=GRID)
        heading.addWidget(self._title, 1)
        heading.addLayout(row(self._id, self.color, spacing=GRID))
        outer.addLayout(heading)
        outer.addLayout(form)

    def _connect(self) -> None:
        self.color.clicked.connect(self.color_clicked)
        self.aliases.editingFinished.connect(self._ask_aliases)
        self.treat.activated.connect(self._ask_treat)
        self.treat.tried.connect(self._try_treat)
        self.background.activated.connect(self._ask_background)
        self.background.tried.connect(self.background_tried)
        for box in (self.treat, self.background):
            box.left.connect(self.trying_left)

    def _ask_treat(self, index: int) -> None:
        self.treat_asked.emit(_target(self.treat.itemData(index)))

    def _try_treat(self, value: int) -> None:
        self.treat_tried.emit(_target(value))

    def _ask_background(self, index: int) -> None:
        self.background_asked.emit(self.background.itemData(index))

    def _ask_aliases(self) -> None:
        names = (part.strip() for part in self.aliases.text().split(";"))
        self.aliases_asked.emit(tuple(name for name in names if name))


def _target(value: int) -> int | None:
    return None if value == _ITSELF else value
