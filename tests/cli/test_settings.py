"""Settings that depend on one another, and the projects of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from otel_replay.config import Settings, load_settings
from otel_replay.errors import ConfigError
from otel_replay.remote_settings import RemoteSettings
from otel_replay.storage.blobs import S3Options


def load(text: str, tmp_path: Path, **flags: str) -> Settings:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(flags, {}, str(file))


def test_without_a_file_there_is_one_project_named_like_its_database(tmp_path: Path) -> None:
    settings = load("", tmp_path, clickhouse="http://u:p@ch:8123/shop")
    assert [project.name for project in settings.projects] == ["shop"]
    assert not settings.has_keys


def test_keys_of_a_flag_belong_to_the_default_project(tmp_path: Path) -> None:
    settings = load("", tmp_path, ingest_keys="first-key-1, second-key-2")
    (project,) = settings.projects
    assert [key.key for key in project.keys] == ["first-key-1", "second-key-2"]
    assert settings.has_keys


PROJECTS = """
[[projects.otel.keys]]
key = "web-3f9c2a7be1"
name = "web"
allowed_origins = ["https://shop.example.com"]
requests_per_second = 2.5
bytes_per_day = 1_000

[[projects.billing.keys]]
key = "billing-91d07c55aa"
"""


def test_projects_and_the_limits_of_their_keys_come_from_the_file(tmp_path: Path) -> None:
    settings = load(PROJECTS, tmp_path, ingest_keys="flag-key-77")
    default, billing = settings.projects
    assert [key.key for key in default.keys] == ["flag-key-77", "web-3f9c2a7be1"]
    web = default.keys[1]
    assert (web.shown, web.allowed_origins) == ("web", ("https://shop.example.com",))
    assert (web.requests_per_second, web.bytes_per_second, web.bytes_per_day) == (2.5, 0, 1000)
    assert billing.keys[0].shown == "…55aa"


BROWSER = """
[projects.otel.browser]
sample_rate = 0.5
record_replay = "on-error"

[[projects.otel.keys]]
key = "web-3f9c2a7be1"
browser = { sample_rate = 0, record_canvas = false }
"""


def test_what_browsers_are_told_comes_from_the_file(tmp_path: Path) -> None:
    (project,) = load(BROWSER, tmp_path).projects
    assert project.browser == RemoteSettings(sample_rate=0.5, record_replay="on-error")
    assert project.keys[0].browser == RemoteSettings(sample_rate=0, record_canvas=False)


def test_each_project_has_a_database_and_a_blob_prefix(tmp_path: Path) -> None:
    settings = load(PROJECTS, tmp_path, clickhouse="http://u:p@ch:8123", blobs="file:///blobs")
    default, billing = settings.projects
    assert settings.clickhouse_url_of(default) == "http://u:p@ch:8123/otel"
    assert settings.clickhouse_url_of(billing) == "http://u:p@ch:8123/billing"
    assert settings.blobs_url_of(default) == "file:///blobs"
    assert settings.blobs_url_of(billing) == "file:///blobs/billing"


def test_how_s3_is_reached_comes_from_the_settings(tmp_path: Path) -> None:
    flags = {"s3_endpoint": "http://s3:9000", "s3_region": "x", "s3_addressing": "Virtual"}
    flags |= {"s3_encryption": "sse-kms", "s3_kms_key": "k1", "blobs": "s3://bucket/prefix/"}
    settings = load(PROJECTS, tmp_path, **flags)
    assert settings.s3 == S3Options(
        "http://s3:9000", "x", addressing="virtual", encryption="SSE-KMS", kms_key="k1"
    )
    urls = [settings.blobs_url_of(project) for project in settings.projects]
    assert urls == ["s3://bucket/prefix", "s3://bucket/prefix/billing"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[projects.otel.keys]]\nkey = "short"', "8 printable"),
        ('[[projects.otel.keys]]\nkey = "with a blank"', "no blanks"),
        ('[[projects.otel.keys]]\nname = "no key"', "expected key"),
        ('[[projects.otel.keys]]\nkey = "12345678"\nbytes = 1', "bytes_per_second"),
        ('[[projects.otel.keys]]\nkey = "12345678"\nbytes_per_day = -1', "from 0 on"),
        ('[[projects.otel.keys]]\nkey = "12345678"\nbytes_per_day = true', "numbers"),
        ('[[projects.otel.keys]]\nkey = "12345678"\nallowed_origins = "*"', "a list"),
        ("[[projects.otel.keys]]\nkey = 12345678", "texts"),
        ('[projects.otel]\ndatabase = "x"', "projects.otel.keys"),
        ('[[projects."a-b".keys]]\nkey = "12345678"', "letters, digits"),
        ('[[projects.a.keys]]\nkey = "12345678"\n[[projects.b.keys]]\nkey = "12345678"', "a and b"),
        ('[[projects.a.keys]]\nkey = "12345678"\n[[projects.a.keys]]\nkey = "12345678"', "a name"),
        ('[[projects.a.keys]]\nkey = "12345678"\n[[projects.a.keys]]\nkey = "abcd5678"', "5678"),
        ('[[projects.packs.keys]]\nkey = "12345678"', "blobs lie there"),
        ("projects = 3", "projects"),
        ("[projects.otel.browser]\nsample_rate = 1.5", "1.5: expected a number from 0 to 1"),
        ("[projects.otel.browser]\nrecord_replay = true", "only be told to record less"),
        ('[projects.otel.browser]\nprivacy = "open"', '"strict" or "balanced"'),
        ("[projects.otel.browser]\ncapture_console = 0", "0: expected false"),
        ("[projects.otel.browser]\nmask = 1", "sample_rate, record_replay, privacy"),
        ('[[projects.a.keys]]\nkey = "12345678"\nbrowser = 3', "projects.a.keys: browser"),
    ],
)
def test_a_wrong_project_is_refused_with_the_rule(text: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=named):
        load(text, tmp_path)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"otlp_http": "0.0.0.0:4318"}, "OTEL_REPLAY_INGEST_KEYS"),
        ({"ui": "0.0.0.0:80", "ingest_keys": "12345678"}, "reverse proxy"),
        ({"status": "0.0.0.0:80"}, "reverse proxy"),
        ({"tls_certificate": "a.pem"}, "tls_key"),
        ({"tls_client_ca": "a.pem"}, "tls_certificate"),
        ({"workers": "2"}, "embedded ClickHouse admits one process"),
        ({"workers": "0"}, "expected 1 to 256"),
        ({"request_timeout_s": "0"}, "expected 1 to 3600"),
        ({"self_telemetry": "localhost:4318"}, "http"),
        ({"ingest_keys": "short"}, "8 printable"),
        ({"s3_endpoint": "s3.example.com"}, "s3_endpoint is 's3.example.com': expected http"),
        ({"s3_encryption": "aes"}, "expected one of none, SSE-S3"),
        ({"s3_kms_key": "k1"}, "SSE-KMS"),
        ({"max_pack_puts_per_hour": "999"}, "expected 0 for no bound, or 1000 and more"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_together_are_refused(
    flags: dict[str, str], named: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=named):
        load("", tmp_path, **flags)


def test_with_users_sql_may_leave_loopback(tmp_path: Path) -> None:
    settings = load("", tmp_path, sql="0.0.0.0:8123", sql_users="ada:pass:word,bob:password")
    assert [(user.name, user.password) for user in settings.sql_users] == [
        ("ada", "pass:word"),
        ("bob", "password"),
    ]


@pytest.mark.parametrize(
    ("users", "named"),
    [("ada", "NAME:PASSWORD"), (":secret-word", "NAME:PASSWORD"), ("ada:secret", "8 or more")],
)
def test_users_are_checked_without_showing_passwords(
    users: str, named: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        load("", tmp_path, sql_users=users)
    assert "secret" not in str(caught.value)


def test_with_keys_otlp_may_leave_loopback(tmp_path: Path) -> None:
    settings = load("", tmp_path, otlp_http="0.0.0.0:4318", ingest_keys="12345678")
    assert str(settings.otlp_http) == "0.0.0.0:4318"
