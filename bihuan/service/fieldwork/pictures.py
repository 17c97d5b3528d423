"""What picture files say of themselves, before anything unpacks them. Values in, values out."""

import struct
import zlib

MOST_PIXELS = 60_000_000  # of a picture that we unpack ourselves; phones take less, bombs claim more


def pixels_of(content: bytes) -> int:
    """Width times height as the head of a JPEG, PNG or WebP says; 0 where it says nothing that can be read."""
    try:
        if content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR":
            return _area(*struct.unpack(">II", content[16:24]))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _of_webp(content)
        return _of_jpeg(content) if content[:2] == b"\xff\xd8" else 0
    except (struct.error, IndexError):
        return 0


def _area(width: int, height: int) -> int:
    return width * height


def _of_jpeg(content: bytes) -> int:
    """The frame's head lies behind segments of which each says how long it is."""
    at = 2
    while content[at] == 0xFF:
        mark = content[at + 1]
        if mark == 0xFF:  # filling
            at += 1
        elif 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return _area(*struct.unpack(">HH", content[at + 5 : at + 9]))
        else:
            at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return 0


def _of_webp(content: bytes) -> int:
    match content[12:16]:
        case b"VP8X":
            return _area(*(1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27)))
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return _area(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            return _area(*(side & 0x3FFF for side in struct.unpack("<HH", content[26:30])))
    return 0


def is_sound_png(content: bytes) -> bool:
    """Chunks in order, each with its checksum, of a sensible size, to the very end."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return False
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if not (0 < width <= 4000 and 0 < height <= 4000):
        return False
    at, sorts = 8, []
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        body = content[at + 4 : at + 8 + size]
        sum_at = at + 8 + size
        if sum_at + 4 > len(content) or zlib.crc32(body) != int.from_bytes(content[sum_at : sum_at + 4]):
            return False
        sorts.append(body[:4])
        at = sum_at + 4
    ordered = sorts[:1] == [b"IHDR"] and sorts[-1:] == [b"IEND"] and b"IDAT" in sorts
    return at == len(content) and ordered and _unpacks(content)


def _unpacks(content: bytes) -> bool:
    """Whether the pixels of a PNG, whose chunks are sound, come out as many as its head says: 8 bits a channel,
    line after line, as every signature pad draws."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(content[25], 0)
    if content[24] != 8 or not channels or content[28]:
        return False
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    left, opened, packed = height * (1 + width * channels), zlib.decompressobj(), _packed(content)
    try:
        while packed and left >= 0 and not opened.eof:
            left -= len(opened.decompress(packed, 1 << 20))
            packed = opened.unconsumed_tail
    except zlib.error:
        return False
    return opened.eof and left == 0


def _packed(content: bytes) -> bytes:
    at, found = 8, []
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            found.append(content[at + 8 : at + 8 + size])
        at += size + 12
    return b"".join(found)
