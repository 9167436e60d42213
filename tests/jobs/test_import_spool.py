from __future__ import annotations

import errno
import io

import pytest

from segstudio.core.annotation import Box, Ellipse, Mask, Polygon, Shape
from segstudio.core.errors import SegStudioError
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
    def write(self, data: object) -> int:
        del data
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_in_plain_words() -> None:
    with pytest.raises(SegStudioError, match="No space left") as caught:
        ShapeSpool(0, FullDisk()).keep(SHAPES)
    assert "Free some space" in caught.value.remedy
