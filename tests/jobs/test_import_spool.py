from __future__ import annotations

import errno
import io

import pytest
from typing_extensions import Buffer

from segstudio.core.annotation import Box, Ellipse, Mask, Polygon, Shape
from segstudio.jobs.import_spool import ShapeSpool

SHAPES = (
    Shape("sky", Polygon(((0.1, 2.0), (1 / 3, 1e-9), (7.0, 8.5))), z_order=-3, line=9),
    Shape("\u00e4", Box(1.0, 2.0, 3.5, 4.0, 45.0)),
    Shape("x", Ellipse((5.0, 6.0), 1.5, 2.5, 10.0), line=1),
    Shape("y", Mask(1, 2, 3, 2, "1 4 1")),
)


@pytest.mark.parametrize("in_memory", [0, 1000])
def test_shapes_come_back_as_they_were_wherever_they_are_kept(in_memory: int) -> None:
    spool = ShapeSpool(in_memory)
    kept = [spool.keep(SHAPES), spool.keep(()), spool.keep(SHAPES[:1])]
    assert [fetch() for fetch in reversed(kept)] == [SHAPES[:1], (), SHAPES]
    spool.close()


class FullDisk(io.BytesIO):
    """Takes some bytes, then half of what comes, then nothing."""

    def write(self, data: Buffer) -> int:
        taken = bytes(data)
        room = 400 - self.tell()
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(taken[:room])


def test_a_full_disk_loses_no_shape() -> None:
    spool = ShapeSpool(0, FullDisk())
    kept = [spool.keep(shapes) for shapes in (SHAPES, SHAPES[:2], SHAPES[1:], SHAPES, SHAPES[2:])]
    assert [fetch() for fetch in kept] == [SHAPES, SHAPES[:2], SHAPES[1:], SHAPES, SHAPES[2:]]
