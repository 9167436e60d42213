"""A scroll area that asks for as much height as what is in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scrolled(QScrollArea):
    """Scrolls up and down only; a scroll area by itself asks for 24 lines at most."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Return the size of the content."""
        content = self.widget()
        return content.sizeHint() if content else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Be never narrower than the content, of which nothing is scrolled sideways."""
        least, content = super().minimumSizeHint(), self.widget()
        if content is None:
            return least
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(content.minimumSizeHint().width() + bar, least.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask anew when the content asks for another height, as words do that wrap elsewhere."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
