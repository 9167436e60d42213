"""Where a view looks at a photo; plain geometry without a widget."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

MAX_ZOOM = 32.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """`scale` view pixels per photo pixel, and the photo point in the middle of the view."""

    scale: float
    x: float
    y: float
    fitted: bool

    def to_photo(self, at: QPointF, view: QSize) -> QPointF:
        """Return the photo point under a point of a view of size `view`."""
        return QPointF(
            self.x + (at.x() - view.width() / 2.0) / self.scale,
            self.y + (at.y() - view.height() / 2.0) / self.scale,
        )

    def visible(self, photo: QSize, view: QSize) -> tuple[QRectF, QRectF]:
        """Return the seen part in photo pixels, and where it lies in view pixels."""
        corner = self.to_photo(QPointF(0, 0), view)
        seen = QRectF(corner, QSizeF(view.width() / self.scale, view.height() / self.scale))
        seen = seen.intersected(QRectF(0, 0, photo.width(), photo.height()))
        target = QRectF(
            (seen.x() - corner.x()) * self.scale,
            (seen.y() - corner.y()) * self.scale,
            seen.width() * self.scale,
            seen.height() * self.scale,
        )
        return seen, target

    def clamped(self, photo: QSize, view: QSize) -> Viewport:
        """Keep the photo in sight: centred along an axis where it is smaller than the view."""
        x = _clamp_axis(self.x, photo.width(), view.width() / self.scale)
        y = _clamp_axis(self.y, photo.height(), view.height() / self.scale)
        return Viewport(self.scale, x, y, self.fitted)

    def panned(self, dx: float, dy: float) -> Viewport:
        """Return the view after the photo was moved by view pixels."""
        return Viewport(self.scale, self.x - dx / self.scale, self.y - dy / self.scale, False)

    def zoomed(self, scale: float, anchor: QPointF, view: QSize) -> Viewport:
        """Return the view at `scale`; the photo point under `anchor` stays where it is."""
        point = self.to_photo(anchor, view)
        x = point.x() - (anchor.x() - view.width() / 2.0) / scale
        y = point.y() - (anchor.y() - view.height() / 2.0) / scale
        return Viewport(scale, x, y, False)


def fitted_view(photo: QSize, view: QSize) -> Viewport:
    """Return the view that shows the whole photo as large as possible."""
    if photo.isEmpty():
        return Viewport(1.0, 0.0, 0.0, fitted=True)
    scale = min(view.width() / photo.width(), view.height() / photo.height(), MAX_ZOOM)
    return Viewport(max(scale, 1e-4), photo.width() / 2.0, photo.height() / 2.0, fitted=True)


def _clamp_axis(centre: float, length: float, seen: float) -> float:
    if seen >= length:
        return length / 2.0
    return min(max(centre, seen / 2.0), length - seen / 2.0)
