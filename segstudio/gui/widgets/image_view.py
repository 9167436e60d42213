"""A photo on a canvas: wheel zooms at the cursor, dragging pans, double click is 100 %."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from segstudio.gui.theme import colors_for
from segstudio.gui.widgets.image_pyramid import ImagePyramid, Pixels
from segstudio.gui.widgets.viewport import MAX_ZOOM, Viewport, fitted_view

ZOOM_STEP = 1.25
CRISP_ABOVE = 2.0
PAN_STEP = 60

_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class ImageView(QWidget):
    """Shows one RGB image with zoom and pan; never copies the whole image to paint it."""

    hovered = Signal(int, int)
    left = Signal()
    zoom_changed = Signal(float)
    viewport_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo: ImagePyramid | None = None
        self._text = ""
        self._view = Viewport(1.0, 0.0, 0.0, fitted=True)
        self._drag_from: QPointF | None = None
        self._inside = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 90)
        self.setAccessibleName("Photo")

    # -- what is shown ---------------------------------------------------------------------------

    def set_image(self, rgb: Pixels, keep_view: bool = False) -> None:
        """Show `rgb` (uint8 (H, W, 3)); `keep_view` keeps zoom and place when the size is equal."""
        before = self.photo_size()
        self._photo = ImagePyramid(rgb)
        self._text = ""
        if keep_view and before == self.photo_size():
            self.update()
        else:
            self.fit()

    def clear(self, text: str = "") -> None:
        """Show no image, only `text` in the middle."""
        self._photo, self._text = None, text
        self._leave()
        self.unsetCursor()
        self.update()

    @property
    def text(self) -> str:
        """The sentence that stands in the place of an image."""
        return self._text

    def image(self) -> Pixels | None:
        """Return the image that is shown, uint8 (H, W, 3), not a copy."""
        return self._photo.pixels if self._photo else None

    def photo_size(self) -> QSize:
        """Return the size of the image in its own pixels; empty without one."""
        return QSize(self._photo.width, self._photo.height) if self._photo else QSize()

    # -- where the view looks --------------------------------------------------------------------

    @property
    def viewport(self) -> Viewport:
        """The zoom and the photo point in the middle of the view."""
        return self._view

    @property
    def zoom(self) -> float:
        """Pixels of the display per photo pixel; 1.0 is 100 %."""
        return self._view.scale * self.devicePixelRatioF()

    def set_viewport(self, view: Viewport) -> None:
        """Look where another view looks; says nothing, so that two views can follow each other."""
        fitted = fitted_view(self.photo_size(), self.size())
        self._view = fitted if view.fitted else view.clamped(self.photo_size(), self.size())
        self._show_hand()
        self.update()

    def fit(self) -> None:
        """Show the whole photo, as large as the view allows."""
        self._look(fitted_view(self.photo_size(), self.size()))

    def actual_size(self, at: QPointF | None = None) -> None:
        """Show one photo pixel per pixel of the display, around `at` (view coordinates)."""
        self.zoom_by(1.0 / self.zoom, at)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by `factor`; the photo point under `at` (view coordinates) stays where it is."""
        if self._photo is None:
            return
        ratio = self.devicePixelRatioF()
        whole = fitted_view(self.photo_size(), self.size()).scale
        scale = min(max(self._view.scale * factor, min(whole, 1.0 / ratio)), MAX_ZOOM / ratio)
        anchor = at if at is not None else QPointF(self.width() / 2.0, self.height() / 2.0)
        self._look(self._view.zoomed(scale, anchor, self.size()))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the photo by view pixels."""
        if self._photo is not None and not self._view.fitted:
            self._look(self._view.panned(dx, dy))

    def photo_point(self, at: QPointF) -> tuple[int, int] | None:
        """Return the photo pixel under a point of the view, None outside of the photo."""
        if self._photo is None:
            return None
        point = self._view.to_photo(at, self.size())
        x, y = floor(point.x()), floor(point.y())
        inside = 0 <= x < self._photo.width and 0 <= y < self._photo.height
        return (x, y) if inside else None

    def _look(self, view: Viewport) -> None:
        old = self._view
        self._view = view.clamped(self.photo_size(), self.size())
        self._show_hand()
        self.update()
        if self._view.scale != old.scale:
            self.zoom_changed.emit(self.zoom)
        if self._view != old:
            self.viewport_changed.emit(self._view)

    def _show_hand(self) -> None:
        if self._photo is None or self._view.fitted:
            self.unsetCursor()
        elif self._drag_from is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    # -- painting --------------------------------------------------------------------------------

    def canvas_color(self) -> QColor:
        """Return the neutral colour around the photo."""
        return QColor(colors_for(self.palette()).canvas)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible part of the photo, or the sentence in its place."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.canvas_color())
        if self._photo is not None:
            seen, target = self._view.visible(self.photo_size(), self.size())
            image = self._photo.for_zoom(self.zoom)
            fx, fy = image.width() / self._photo.width, image.height() / self._photo.height
            seen.setRect(seen.x() * fx, seen.y() * fy, seen.width() * fx, seen.height() * fy)
            smooth = self.zoom <= CRISP_ABOVE
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(target, image, seen)
        elif self._text:
            painter.setPen(QColor(colors_for(self.palette()).text_soft))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), int(flags), self._text)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay fitted, or keep the photo point in the middle where it is."""
        super().resizeEvent(event)
        self._look(fitted_view(self.photo_size(), self.size()) if self._view.fitted else self._view)

    # -- hands -----------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        turns = event.angleDelta().y() / 120.0
        if turns:
            self.zoom_by(ZOOM_STEP**turns, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the photo."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag_from = event.position()
            if not self._view.fitted:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held, and say which photo pixel is under the cursor."""
        if self._drag_from is not None:
            shift = event.position() - self._drag_from
            self._drag_from = event.position()
            self.pan_by(shift.x(), shift.y())
        point = self.photo_point(event.position())
        if point is None:
            self._leave()
        else:
            self._inside = True
            self.hovered.emit(*point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the photo go."""
        self._drag_from = None
        self._show_hand()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Toggle between the whole photo and 100 % around the cursor."""
        if self._view.fitted:
            self.actual_size(event.position())
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Say that no pixel is under the cursor any more."""
        self._leave()

    def _leave(self) -> None:
        if self._inside:
            self._inside = False
            self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the focus frame."""
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with + and -, fit with Ctrl+0 or Ctrl+F, 100 % with Ctrl+1, pan: Shift+arrows."""
        key = event.key()
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if with_control and key in (Qt.Key.Key_0, Qt.Key.Key_F):
            self.fit()
        elif with_control and key == Qt.Key.Key_1:
            self.actual_size()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom_by(1.0 / ZOOM_STEP)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and key in _ARROWS:
            dx, dy = _ARROWS[key]
            self.pan_by(dx * PAN_STEP, dy * PAN_STEP)
        else:
            super().keyPressEvent(event)
