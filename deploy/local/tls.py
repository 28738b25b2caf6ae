"""Certificates of a secure stack: an authority that signs one certificate and is forgotten.

`ca.pem` is what clients trust, `broker.pem` the brokers' key and certificate (mode 0600). The
authority's own key is written nowhere, so nobody can make another certificate that brokers accept.
"""

from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.local.files import PRIVATE, build_once, write_atomically

BROKER = "headrace-broker"
_NAMES = ("127.0.0.1", "localhost")


def ca_file(folder: Path) -> Path:
    """The authority's certificate."""
    return folder / "ca.pem"


def broker_file(folder: Path) -> Path:
    """The brokers' key and certificate in one file, as Kafka reads them."""
    return folder / "broker.pem"


def make_certificates(folder: Path) -> bool:
    """Make both files, once; True when they had to be made."""
    return build_once(folder, _issue)


def _issue(folder: Path) -> None:
    authority = trustme.CA(organization_name="headrace local stack")
    issued = authority.issue_cert(*_NAMES, common_name=BROKER)
    key = load_pem_private_key(issued.private_key_pem.bytes(), password=None)
    # Kafka reads keys in PKCS #8 only
    parts = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    parts += [each.bytes() for each in issued.cert_chain_pems]
    folder.chmod(0o700)
    write_atomically(ca_file(folder), authority.cert_pem.bytes().decode())
    write_atomically(broker_file(folder), b"".join(parts).decode(), PRIVATE)
