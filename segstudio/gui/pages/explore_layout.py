"""The widgets of the explore page and where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLineEdit,
    QScrollArea,
    QSlider,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.gui.icons import icon
from segstudio.gui.item_models.gallery import Gallery, Wish
from segstudio.gui.pages.steps import counted
from segstudio.gui.session import Session
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.class_bars import ClassBars
from segstudio.gui.widgets.elided_label import ElidedLabel
from segstudio.gui.widgets.flow_layout import FlowLayout
from segstudio.gui.widgets.gallery_view import LARGEST, SMALLEST, USUAL, GalleryView
from segstudio.gui.widgets.photo_preview import PhotoPreview
from segstudio.gui.widgets.preview_bar import PreviewBar

_KINDS = {
    "": "All photos",
    "outlined": "With outlines",
    "bare": "Without outlines",
    "look": "Need a look",
}
_PARTS = {
    "": "All parts",
    "train": "Train: learned from",
    "val": "Check: kept aside",
    "test": "Test",
}
_ORDERS = ("name", "most", "least", "look")


class ExploreParts:
    """Gallery or one large photo at the left, the classes with their bars at the right."""

    def __init__(self, body: QWidget, session: Session) -> None:
        self.gallery = Gallery(body)
        self.view = GalleryView(self.gallery)
        self.view.set_empty_words("No photo fits. Clear the search, or show all photos.")
        self.preview = PhotoPreview(session)
        self.preview_bar = PreviewBar(session, self.preview)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search by name")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(16 * GRID)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.kind = _choice("Which photos", _KINDS)
        self.part = _choice("Part of the split", _PARTS)
        self.order = _choice("Order", dict.fromkeys(_ORDERS, ""))
        self.order.setFixedWidth(21 * GRID)
        self.count = ElidedLabel()
        self.opacity = _slider("Overlay strength", 0, 100, self.preview_bar.slider.value())
        self.opacity.setToolTip("How strong the colours lie over the photos (H hides them)")
        self.tile_width = _slider("Size of the pictures", SMALLEST, LARGEST, USUAL)
        self.back = button("All photos", icon_name="previous", tip="Back to all photos (G or Esc)")
        self.said = ElidedLabel()
        self.bars = ClassBars()
        self.every = button("Show all", role="link", tip="Show all classes again (0)")
        self.only = QCheckBox("Only photos that show the chosen class")
        self.note = label("", "small", wrap=True)
        self.places = QStackedWidget()
        self._lay_out(body)
        self.name_orders(of_class=False)
        self.opacity.valueChanged.connect(self.preview_bar.slider.setValue)
        self.preview_bar.slider.valueChanged.connect(self.opacity.setValue)

    def wish(self, class_id: int | None) -> Wish:
        """Return what the fields ask for, with the class that is chosen."""
        return Wish(
            words=self.search.text(),
            show=str(self.kind.currentData()),
            part=str(self.part.currentData()) if not self.part.isHidden() else "",
            order=str(self.order.currentData()),
            class_id=class_id,
            only=self.only.isChecked(),
        )

    def name_orders(self, *, of_class: bool) -> None:
        """Name the orders: by the chosen class, or by all that is outlined."""
        what = "of it" if of_class else "outlined"
        words = ("By name", f"Most {what} first", f"Least {what} first", "Problems first")
        for place, text in enumerate(words):
            self.order.setItemText(place, text)

    def show_count(self, whole: int) -> None:
        """Say how many of all photos are shown."""
        shown, words = self.gallery.rowCount(), counted(whole, "photo")
        self.count.setText(words if shown == whole else f"{shown:,} of {words}")

    def show_look(self, class_id: int | None, *, overlay: bool) -> None:
        """Lay the overlays of one class, or of all, over the photos."""
        strength = self.opacity.value() / 100 if overlay else 0.0
        self.gallery.set_look(strength, class_id)
        self.preview.set_hidden(self.gallery.thumbs.look.hidden)
        self.preview.set_opacity(strength)

    def clear_filters(self) -> None:
        """Ask for all photos again."""
        self.search.clear()
        self.kind.setCurrentIndex(0)
        self.part.setCurrentIndex(0)
        self.only.setChecked(False)

    def _lay_out(self, body: QWidget) -> None:
        tools = FlowLayout(spacing=GRID)
        for filters in (self.search, self.kind, self.part, self.order):
            tools.addWidget(filters)
        sizes = row(self.count, label("Overlay", "soft"), self.opacity, spacing=GRID)
        sizes.addWidget(label("Size", "soft"))
        sizes.addWidget(self.tile_width)
        sizes.setStretch(0, 1)
        head = row(self.back, self.said, spacing=2 * GRID)
        head.setStretch(1, 1)
        for lines in (
            column(tools, self.view, sizes),
            column(head, self.preview, self.preview_bar),
        ):
            lines.setStretch(1, 1)
            holder = QWidget()
            holder.setLayout(lines)
            self.places.addWidget(holder)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(2 * GRID)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.places)
        halves.addWidget(self._side())
        halves.setSizes([79 * GRID, 51 * GRID])
        halves.setStretchFactor(0, 4)
        halves.setStretchFactor(1, 1)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(halves)

    def _side(self) -> QWidget:
        frame, inside = card()
        frame.setMinimumWidth(42 * GRID)
        frame.setMaximumWidth(62 * GRID)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setLayout(column(self.bars))
        area.setWidget(holder)
        for ground in (holder, area.viewport()):
            ground.setAutoFillBackground(False)
        inside.addLayout(row(label("Classes", "heading"), 1, self.every))
        hint = "Click a class, or press its number, to see it alone."
        inside.addWidget(label(hint, "small", wrap=True))
        inside.addWidget(area, 1)
        inside.addWidget(self.only)
        inside.addWidget(self.note)
        return frame


def _choice(name: str, items: dict[str, str]) -> QComboBox:
    """Return a choice of fixed width, so that other words do not move what is beside it."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    for value, words in items.items():
        made.addItem(words, value)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setFixedWidth(18 * GRID)
    return made


def _slider(name: str, smallest: int, largest: int, value: int) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(smallest, largest)
    made.setValue(value)
    made.setPageStep((largest - smallest) // 8)
    made.setMinimumWidth(9 * GRID)
    made.setMaximumWidth(13 * GRID)
    made.setAccessibleName(name)
    made.setToolTip(name)
    return made
