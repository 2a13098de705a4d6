import pytest

from tocsin_ingest.stages.egress import Egress


PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]
NOT_PUBLIC = [
    *(
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
    ),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("2001:db8::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::127.0.0.1", "64:ff9b:1::10.0.0.1", "2002:7f00:1::1", "2002:a00:1::"),
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo for 10.0.0.1
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_web_may_be_called_on_its_usual_ports(address: str) -> None:
    egress = Egress()

    assert all(egress.permits(address, port) for port in (80, 443, 8080, 8443))
    assert not any(egress.permits(address, port) for port in (22, 25, 6379, 8010))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_nothing_else_may_be_called_however_it_is_written(address: str) -> None:
    assert not Egress().permits(address, 80)
    assert not Egress.of(["192.0.0.0/29", "127.0.0.1:81"]).permits(address, 80)


def test_the_operator_may_permit_a_network_on_every_port() -> None:
    egress = Egress.of(["10.0.0.0/8", "fd00::/8"])

    assert egress.permits("10.1.2.3", 9000)
    assert egress.permits("::ffff:10.1.2.3", 80)
    assert egress.permits("fd00::1", 80)
    assert not egress.permits("192.168.0.1", 80)


def test_the_operator_may_permit_one_address_and_port() -> None:
    egress = Egress.of(["127.0.0.1:8025", "[::1]:8026"])

    assert egress.permits("127.0.0.1", 8025)
    assert egress.permits("::1", 8026)
    assert not egress.permits("127.0.0.1", 8026)
    assert not egress.permits("127.0.0.2", 8025)


def test_a_network_may_be_written_with_host_bits() -> None:
    assert Egress.of(["10.1.2.3/8"]).permits("10.9.9.9", 80)
