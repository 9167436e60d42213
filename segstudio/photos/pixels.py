"""From a decoded picture to 8-bit sRGB, strip by strip, so that no second copy is ever held."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

Pixels = npt.NDArray[np.uint8]

_STRIP_PIXELS = 1 << 21
_PHOTOMETRIC, _SAMPLE_FORMAT = 262, 339
# What Pillow calls the colour spaces of profiles.
_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "LAB": "LAB"}


def upright_pixels(image: Image.Image, orientation: int) -> Pixels:
    """Return the picture as uint8 sRGB (H, W, 3), turned by the EXIF orientation (1-8)."""
    image.load()
    width, height = image.size
    shape = (width, height, 3) if orientation >= 5 else (height, width, 3)
    upright = np.empty(shape, np.uint8)
    stored = _as_stored(upright, orientation)
    colours = _Colours(image)
    for top, strip in _plain_strips(image, 1):
        stored[top : top + strip.height] = np.asarray(colours.srgb(strip))
    return upright


def small_pixels(image: Image.Image, orientation: int, longest: int) -> Pixels:
    """Return the same with at most `longest` pixels on the longest side; never enlarged."""
    target = _shrunk(image.size, longest)
    image.draft(image.mode, (longest, longest))
    image.load()
    if max(image.size) <= longest:
        return upright_pixels(image, orientation)
    # Averaging blocks first is fast, and twice the wanted size leaves the filter enough to do.
    factor = max(1, max(image.size) // (2 * longest))
    width, height = image.size
    blocks: Image.Image | None = None
    for top, strip in _plain_strips(image, factor):
        reduced = strip.reduce(factor)
        if blocks is None:
            blocks = Image.new(reduced.mode, (-(-width // factor), -(-height // factor)))
        blocks.paste(reduced, (0, top // factor))
    assert blocks is not None
    box = (0.0, 0.0, width / factor, height / factor)
    small = blocks.resize(target, Image.Resampling.LANCZOS, box=box)
    pixels = np.asarray(_Colours(image).srgb(small))
    upright = np.empty(_as_stored(pixels, orientation).shape, np.uint8)
    _as_stored(upright, orientation)[:] = pixels
    return upright


def _shrunk(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return the size whose longest side has `longest` pixels."""
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _as_stored(upright: Pixels, orientation: int) -> Pixels:
    """Return a view of an upright picture that lies as its file stores it."""
    match orientation:
        case 2:
            return upright[:, ::-1]
        case 3:
            return upright[::-1, ::-1]
        case 4:
            return upright[::-1]
        case 5:
            return upright.swapaxes(0, 1)
        case 6:
            return np.rot90(upright, 1)
        case 7:
            return upright[::-1, ::-1].swapaxes(0, 1)
        case 8:
            return np.rot90(upright, -1)
        case _:
            return upright


def _plain_strips(image: Image.Image, multiple: int) -> Iterator[tuple[int, Image.Image]]:
    """Yield (first row, strip) in 8 bits and without alpha; heights are multiples but the last."""
    width, height = image.size
    rows = max(1, _STRIP_PIXELS // width // multiple) * multiple
    depth = _Depth(image) if image.mode.startswith(("I", "F")) else None
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(height, top + rows)))
        yield top, _plain(depth.eight_bits(strip) if depth else strip)


class _Depth:
    """Scales 16-bit, 32-bit and float grey to 8 bits, where Pillow itself would clip."""

    def __init__(self, image: Image.Image) -> None:
        tags = getattr(image, "tag_v2", {})
        # Pillow leaves both to us in a TIFF.
        self._unsigned = image.mode == "I" and tags.get(_SAMPLE_FORMAT, (1,)) == (1,)
        self._white_is_zero = image.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == 0
        self._white = 65535.0
        if not image.mode.startswith("I;16"):
            values = self._values(image)
            top = float(np.max(values, where=np.isfinite(values), initial=0))
            if image.mode == "F":
                self._white = 1.0 if top <= 1.0 else max(top, 255.0)
            elif top <= 255:
                self._white = 255.0
            else:
                self._white = max(top, 65535.0)

    def eight_bits(self, strip: Image.Image) -> Image.Image:
        """Return a strip of the picture in mode L."""
        values = self._values(strip).astype(np.float32)
        values = np.nan_to_num(values, posinf=self._white, neginf=0.0) * (255.0 / self._white)
        grey = np.clip(values, 0, 255).round().astype(np.uint8)
        return Image.fromarray(255 - grey if self._white_is_zero else grey)

    def _values(self, strip: Image.Image) -> npt.NDArray[np.generic]:
        """Return the values as they are stored."""
        values: npt.NDArray[np.generic] = np.asarray(strip)
        return values.view(np.uint32) if self._unsigned else values


def _plain(strip: Image.Image) -> Image.Image:
    """Return a strip in mode L, RGB, CMYK or LAB, laid on white where one can see through it."""
    if strip.mode == "1":
        return strip.convert("L")
    if strip.has_transparency_data:
        layered = strip.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("L" if strip.mode == "LA" else "RGB")
    if strip.mode in ("L", "RGB", "CMYK", "LAB"):
        return strip
    return strip.convert("RGB")


class _Colours:
    """Brings strips of one picture to sRGB; a damaged or foreign colour profile is left aside."""

    def __init__(self, image: Image.Image) -> None:
        self._profile = image.info.get("icc_profile")
        self._transforms: dict[str, ImageCms.ImageCmsTransform | None] = {}

    def srgb(self, strip: Image.Image) -> Image.Image:
        """Return a strip of mode L, RGB, CMYK or LAB in mode RGB and sRGB."""
        if strip.mode not in self._transforms:
            self._transforms[strip.mode] = self._transform(strip.mode)
        transform = self._transforms[strip.mode]
        if transform is None:
            return strip.convert("RGB")
        if strip.mode != transform.input_mode:
            strip = strip.convert(transform.input_mode)
        converted = ImageCms.applyTransform(strip, transform)
        assert converted is not None
        return converted

    def _transform(self, mode: str) -> ImageCms.ImageCmsTransform | None:
        """Return the way from the profile's colours to sRGB, None where there is no profile."""
        target = ImageCms.createProfile("sRGB")
        if isinstance(self._profile, bytes) and self._profile:
            try:
                source = ImageCms.ImageCmsProfile(io.BytesIO(self._profile))
                wanted = _MODE_OF_SPACE.get(source.profile.xcolor_space.strip().upper(), "")
                if wanted == mode or (wanted, mode) == ("RGB", "L"):
                    return ImageCms.buildTransform(source, target, wanted, "RGB")
            except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
                pass
        if mode == "LAB":
            return ImageCms.buildTransform(ImageCms.createProfile("LAB"), target, "LAB", "RGB")
        return None
