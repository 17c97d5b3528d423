"""Which addresses are asked at all: providers' own hosts over TLS on the public internet, and what an installation
allows besides."""

import pytest
from pytest_django import Settings

from bihuan.registers.channels.outward import AddressRefused, NoAnswer, ask, checked
from tests.registers.channels.houses import a_house, saying

HOSTS = ("qyapi.weixin.qq.com", ".push.apple.com")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://qyapi.weixin.qq.com/x", "not_https"),
        ("ftp://qyapi.weixin.qq.com/x", "not_https"),
        ("https://qyapi.weixin.qq.com.evil.example/x", "host"),
        ("https://evil.example/qyapi.weixin.qq.com", "host"),
        ("https://qyapi.weixin.qq.com@evil.example/", "not_http"),
        ("https://u:p@qyapi.weixin.qq.com/", "not_http"),
        ("https://127.0.0.1/x", "host"),
        ("https://[::1]/x", "host"),
        ("https://169.254.169.254/latest/meta-data", "host"),
        ("https://notpush.apple.com/x", "host"),
        ("https://qyapi.weixin.qq.com:8443/x", "host"),
        ("https://qyapi.weixin.qq.com:99999/x", "not_http"),
        ("https:///x", "not_http"),
        ("", "not_http"),
    ],
)
def test_an_address_that_is_none_of_the_providers_is_refused(url: str, why: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        checked(url, hosts=HOSTS)
    assert caught.value.args == (why,)


@pytest.mark.parametrize("url", ["https://qyapi.weixin.qq.com/x?key=1", "https://web.push.apple.com/abc"])
def test_the_providers_own_are_let_through(url: str) -> None:
    assert checked(url, hosts=HOSTS).geturl() == url


def test_an_allowed_host_in_ones_own_network_wants_the_switch_besides(settings: Settings) -> None:
    with a_house(saying({"errcode": 0})) as house:
        settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
        with pytest.raises(AddressRefused) as caught:
            ask(house.address, hosts=HOSTS)
        assert caught.value.args == ("not_https",)
        with pytest.raises(AddressRefused) as caught:
            ask(house.address.replace("http:", "https:"), hosts=HOSTS)
        assert caught.value.args == ("private",)
        settings.BIHUAN_CHANNELS_PRIVATE = True
        assert ask(house.address, hosts=HOSTS, body=b"{}").told() == {"errcode": 0}
    assert len(house.heard) == 1


def test_a_long_answer_is_read_to_a_limit(settings: Settings) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with a_house(saying("x" * 300_000)) as house:
        assert len(ask(house.address, hosts=()).body) == 64 * 1024


def test_a_plain_answer_to_tls_is_no_answer(settings: Settings) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with a_house(saying({})) as house, pytest.raises(NoAnswer) as caught:
        ask(house.address.replace("http:", "https:"), hosts=(), timeout=2)
    assert caught.value.args == ("certificate",)
