"""The line under a preview: step through the photos, overlay strength, zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from segstudio.gui.session import Session
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import label, tool_button
from segstudio.gui.widgets.elided_label import ElidedLabel
from segstudio.gui.widgets.photo_preview import PhotoPreview


class PreviewBar(QWidget):
    """Drives one PhotoPreview."""

    def __init__(self, session: Session, preview: PhotoPreview) -> None:
        super().__init__()
        self._session = session
        self._preview = preview
        self._back = tool_button("previous", "Previous photo", tip="Previous photo (A)")
        self._on = tool_button("next", "Next photo", tip="Next photo (D)")
        self._name = ElidedLabel()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setValue(55)
        self.slider.setMinimumWidth(8 * GRID)
        self.slider.setMaximumWidth(15 * GRID)
        self.slider.setAccessibleName("Overlay strength")
        self.slider.setToolTip("How strong the colours lie over the photo (H hides them)")
        fit = tool_button("fit", "Whole photo", tip="Whole photo (Ctrl+0)")
        actual = tool_button("actual_size", "100 %", tip="100 % (Ctrl+1)")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._back)
        layout.addWidget(self._on)
        layout.addWidget(self._name, 1)
        layout.addWidget(label("Overlay", "soft"))
        layout.addWidget(self.slider)
        layout.addWidget(fit)
        layout.addWidget(actual)
        self._back.clicked.connect(lambda: preview.step(-1))
        self._on.clicked.connect(lambda: preview.step(1))
        fit.clicked.connect(preview.fit)
        actual.clicked.connect(preview.actual_size)
        self.slider.valueChanged.connect(self._set_opacity)
        session.current_photo_changed.connect(self._show_photo)
        session.photos_changed.connect(self._show_photo)
        preview.order_changed.connect(self._show_photo)
        self._show_photo()

    def _show_photo(self) -> None:
        name, order = self._session.current_photo, self._preview.order
        place = order.index(name) if name in order else -1
        counted = f"{place + 1:,} of {len(order):,}   " if place >= 0 else ""
        self._name.setText(f"{counted}{name or ''}")
        self._back.setEnabled(place > 0)
        self._on.setEnabled(0 <= place < len(order) - 1)

    def _set_opacity(self, value: int) -> None:
        self._preview.set_opacity(value / 100)
