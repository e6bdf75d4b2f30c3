"""PNG: a picture as rows of palette numbers comes in; a small file goes out."""

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, palette: Sequence[int], pixels: bytes) -> bytes:
    """*palette* has 0xRRGGBB; *pixels* one number a pixel, row by row."""
    colours = b"".join(struct.pack(">I", colour)[1:] for colour in palette)
    rows = [b"\0" + pixels[at : at + width] for at in range(0, width * height, width)]
    return (
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", colours)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
