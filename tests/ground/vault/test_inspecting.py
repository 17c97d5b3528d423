"""Files are what their bytes show; pictures go on without where and with what they were taken."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bihuan.ground.vault.inspecting import LONGEST_NAME, UNKNOWN, inspect, media_of, plain_name
from bihuan.ground.vault.stripping import NotAPicture, without_metadata


def picture(kind: str = "JPEG", *, exif: bool = False, mode: str = "RGB") -> bytes:
    out, drawn = BytesIO(), Image.new(mode, (40, 20), "red")
    held = Image.Exif()
    held[0x010F] = "SecretMaker"
    held[0x0112] = 6  # lies on its side
    held.get_ifd(0x8825)[2] = (30.0, 17.0, 24.5)  # latitude
    drawn.save(out, kind, **({"exif": held} if exif else {}))
    return out.getvalue()


MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)


@pytest.mark.parametrize(
    ("name", "content", "media", "shown", "agrees"),
    [
        ("漏水.jpg", picture(), "image/jpeg", "漏水.jpg", True),
        ("IMG.JPEG", picture(), "image/jpeg", "IMG.JPEG", True),
        ("a.png", picture(), "image/jpeg", "a.png.jpg", False),
        ("v.mp4", MP4, "video/mp4", "v.mp4", True),
        ("virus.jpg", b"MZ\x90\0" + bytes(99), UNKNOWN, "virus.jpg.bin", False),
        ("x.jpg", b"<?php echo 1;", UNKNOWN, "x.jpg.bin", False),
        ("x.html", b"<!doctype html><script>alert(1)</script>", UNKNOWN, "x.html.bin", False),
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', UNKNOWN, "x.svg.bin", False),
        (".htaccess", b"AddType application/x-httpd-php .jpg", UNKNOWN, "htaccess.bin", False),
        ("说明.txt", "冰箱不制冷".encode("gb18030"), "text/plain", "说明.txt", True),
        ("bild", picture("PNG"), "image/png", "bild.png", True),
        ("", b"", UNKNOWN, "file.bin", False),
    ],
)
def test_a_file_is_what_its_bytes_show(
    name: str, content: bytes, media: str, shown: str, agrees: bool
) -> None:
    seen = inspect(name, content)
    assert (seen.media, seen.name, seen.agrees) == (media, shown, agrees)


def test_a_name_is_brought_to_its_plain_form_first() -> None:
    told = [
        "..\\..\\evil\u200b.jp\u202eg",
        "/etc/passwd",
        "ａ．ｊｐｇ",
        ".\u200bhtaccess",
        "con.jpg",
        "x" * 500 + ".jpeg",
    ]
    assert [plain_name(one) for one in told][:5] == ["evil.jpg", "passwd", "a.jpg", "htaccess", "_con.jpg"]
    assert plain_name(told[5]).endswith(".jpeg")


@given(name=st.text(max_size=300), content=st.binary(max_size=300))
def test_no_name_and_no_bytes_are_too_odd(name: str, content: bytes) -> None:
    seen = inspect(name, content)
    assert 0 < len(seen.name) <= LONGEST_NAME + 5
    assert not set(seen.name) & set('/\\:*?"<>|\0\n\u200b\u202e')
    assert not seen.name.startswith(".")


@given(st.binary(max_size=400))
def test_bytes_without_a_known_beginning_are_bytes(content: bytes) -> None:
    assert media_of(b"\0\0\0\0" + content).startswith(("application/octet-stream", "video/", "audio/"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_it_was_taken_does_not_go_on(kind: str) -> None:
    raw = picture(kind, exif=True)
    assert b"SecretMaker" in raw
    bare, media = without_metadata(raw)
    with Image.open(BytesIO(bare)) as drawn:
        assert (dict(drawn.getexif()), drawn.size, media) == ({}, (20, 40), "image/jpeg")
    assert b"SecretMaker" not in bare


def test_what_is_hidden_behind_a_picture_stays_behind() -> None:
    bare, _media = without_metadata(picture("GIF") + b"PK\x03\x04 an archive")
    assert b"PK\x03\x04" not in bare


def test_what_one_sees_through_stays_so() -> None:
    assert without_metadata(picture("PNG", mode="RGBA"))[1] == "image/png"


@given(st.binary(max_size=200), st.integers(0, 600))
def test_a_broken_picture_is_refused_and_breaks_nothing(junk: bytes, at: int) -> None:
    raw = picture("PNG")
    try:
        without_metadata(raw[:at] + junk)
    except NotAPicture:
        pass


def test_a_picture_that_would_fill_the_memory_is_not_drawn() -> None:
    out = BytesIO()
    Image.new("1", (30_000, 3_000)).save(out, "PNG")
    with pytest.raises(NotAPicture):
        without_metadata(out.getvalue())
