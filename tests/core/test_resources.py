from __future__ import annotations

from segstudio.core.palette import Palette
from segstudio.core.resources import resources_folder, sample_folder


def test_the_sample_dataset_is_found_with_photos_and_both_exports() -> None:
    folder = sample_folder()
    assert len(list((folder / "photos").glob("*.jpg"))) == 24
    assert list((folder / "unlabelled").glob("*.jpg"))
    assert list((folder / "labelme").glob("*.xml"))
    assert (folder / "cvat" / "annotations.xml").is_file()
    assert Palette.load(folder / "palette.json").find("balloon")


def test_icons_and_style_are_found() -> None:
    assert list((resources_folder() / "icons").glob("*.svg"))
    assert list((resources_folder() / "style").iterdir())
