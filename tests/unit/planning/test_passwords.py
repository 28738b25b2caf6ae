"""Passwords of new Kafka users."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headrace.errors import ConfigurationError
from headrace.kafka.provision import Passwords


def test_a_given_password_is_used_and_written_nowhere(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path / "p.env", {"KAFKA_PASSWORD_USER_SERVICE": "given-by-hand"})
    assert passwords.of("user-service") == "given-by-hand"
    assert not passwords.file.exists()
    assert passwords.written == []


def test_a_made_password_is_in_a_private_file_and_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "new" / "p.env"
    made = Passwords(file, {}).of("user-service")
    assert len(made) >= 24
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert f"KAFKA_PASSWORD_USER_SERVICE={made}" in file.read_text().splitlines()
    again = Passwords(file, {})
    assert again.of("other") != made
    assert again.of("user-service") == made
    assert again.written == ["other", "user-service"]


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.env"
    file.write_text("KAFKA_PASSWORD_A=secret-of-a\n")
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600") as refused:
        Passwords(file, {}).of("b")
    assert "secret-of-a" not in str(refused.value)


def test_a_short_password_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KAFKA_PASSWORD_A") as refused:
        Passwords(tmp_path / "p", {"KAFKA_PASSWORD_A": "hunter2"}).of("a")
    assert "hunter2" not in str(refused.value)


def test_no_place_to_write_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--passwords"):
        Passwords(tmp_path / "file" / "p.env", {}).of("a")


def test_runs_at_once_give_a_user_one_password(tmp_path: Path) -> None:
    file = tmp_path / "p.env"
    with ThreadPoolExecutor(8) as pool:
        drawn = pool.map(lambda number: Passwords(file, {}).of(f"u{number % 2}"), range(32))
    assert len(set(drawn)) == 2
