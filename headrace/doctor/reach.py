"""Whether an address can be reached at all, and how far one gets."""

import socket
from collections.abc import Iterable

from headrace.doctor.finding import Finding

_NAMES = "the name is not known here: check the spelling, the DNS, or /etc/hosts"
_REFUSED = "the machine answers, but nothing listens there: is the server up, is it that port?"
_SILENT = "packets vanish: a firewall, a wrong address, or a machine that is off"


def bootstrap(brokers: str, seconds: float) -> list[Finding]:
    """Each address of KAFKA_BROKERS, by itself: one wrong address hides behind a right one."""
    return [_connect("kafka-address", address, seconds) for address in _addresses(brokers)]


def advertised(brokers: Iterable[str], seconds: float) -> list[Finding]:
    """The addresses under which brokers want to be reached, and clients do reach them."""
    found = [_connect("kafka-advertised", address, seconds) for address in brokers]
    return [_with_advice(finding) if finding.state == "problem" else finding for finding in found]


def _addresses(brokers: str) -> list[str]:
    return [address.strip() for address in brokers.split(",") if address.strip()]


def _connect(check: str, address: str, seconds: float) -> Finding:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
    except ValueError:
        return Finding(check, "problem", address, "not host:port", "write it as host:9092")
    except socket.gaierror as error:
        return Finding(check, "problem", address, error.strerror or "unknown name", _NAMES)
    except TimeoutError:
        return Finding(check, "problem", address, f"no answer within {seconds:g} s", _SILENT)
    except OSError as error:
        return Finding(check, "problem", address, error.strerror or str(error), _REFUSED)
    return Finding(check, "ok", address, "accepts connections")


def _with_advice(finding: Finding) -> Finding:
    return Finding(
        finding.check,
        finding.state,
        finding.subject,
        f"Kafka advertises this address, but: {finding.detail}",
        "set the broker's advertised.listeners to an address that its clients can reach",
    )
