"""The console over TLS: with its own certificate, and only with one that can be used."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.responses import PlainTextResponse

from tieline.model.base.errors import SettingsError
from tieline.surfaces.web.server import WebAddress, WebServer


def a_certificate(folder: Path) -> tuple[str, str]:
    """Files of a certificate for localhost and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "hub.pem", folder / "hub.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(certificate), str(secret)


async def test_it_speaks_tls_and_nothing_older_than_1_2(tmp_path: Path) -> None:
    certificate, key = a_certificate(tmp_path)
    web = WebServer(PlainTextResponse("hello"), WebAddress("127.0.0.1", 0, certificate, key))
    await web.open()
    trusting = ssl.create_default_context(cafile=certificate)
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", web.port, ssl=trusting, server_hostname="localhost"
        )
        writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        answer = await reader.read()
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        plain_reader, plain = await asyncio.open_connection("127.0.0.1", web.port)
        plain.write(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        async with asyncio.timeout(20):
            in_the_clear = await plain_reader.read()
        plain.close()
    finally:
        await web.close(5.0)

    assert answer.startswith(b"HTTP/1.1 200")
    assert version in {"TLSv1.2", "TLSv1.3"}
    assert b"hello" not in in_the_clear


def spoilt(folder: Path, how: str) -> tuple[str, str]:
    """The same files, of which one is of no use."""
    certificate, key = a_certificate(folder)
    if how == "missing":
        Path(certificate).unlink()
    elif how == "empty":
        Path(certificate).write_text("")
    else:
        other = folder / "other"
        other.mkdir()
        _, key = a_certificate(other)
    return certificate, key


@pytest.mark.parametrize("how", ["missing", "empty", "of another key"])
async def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path, how: str) -> None:
    certificate, key = spoilt(tmp_path, how)
    web = WebServer(PlainTextResponse("hello"), WebAddress("127.0.0.1", 0, certificate, key))

    with pytest.raises(SettingsError, match="console_cert"):
        await web.open()
    await web.close(1.0)
