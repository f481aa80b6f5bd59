"""The command line; the only place that wires the layers together."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from otel_replay import __version__
from otel_replay.cli.logs import set_up_logging
from otel_replay.config import Settings, load_settings, settings_fields
from otel_replay.errors import ConfigError, OtelReplayError

EXIT_FAILED = 1
EXIT_USAGE = 2

_MODULE_EXTRAS = {
    "backports": "server",
    "boto3": "server",
    "botocore": "server",
    "chdb": "server,embedded",
    "clickhouse_connect": "server",
    "flask": "server",
    "grpc": "server",
    "orjson": "server",
    "prometheus_client": "server",
    "requests": "server",
    "uvicorn": "server",
    "waitress": "server",
    "werkzeug": "server",
    "google.rpc": "server",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code: 2 for a setting or a machine that does not fit."""
    options = _parser().parse_args(arguments)
    set_up_logging(verbose=options.verbose)
    try:
        command: Callable[[argparse.Namespace], int | None] = options.command
        return command(options) or 0
    except ConfigError as exc:
        return _say(str(exc), EXIT_USAGE)
    except ModuleNotFoundError as exc:
        return _say(_missing_module(exc), EXIT_USAGE)
    except OtelReplayError as exc:
        return _say(str(exc), EXIT_FAILED)
    except KeyboardInterrupt:
        return 130


def _say(message: str, code: int) -> int:
    print(f"otel-replay: {message}", file=sys.stderr)
    return code


def _missing_module(error: ModuleNotFoundError) -> str:
    module = error.name or ""
    extra = next((e for m, e in _MODULE_EXTRAS.items() if module.startswith(m)), None)
    if extra is None:
        raise error
    return f"{module} is not installed: run pip install 'otel-replay[{extra}]'"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="otel-replay",
        description="Session replay for OpenTelemetry.",
        epilog="Every option can also be set by its variable OTEL_REPLAY_…, or in a TOML file.",
    )
    parser.add_argument("--version", action="version", version=f"otel-replay {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    up = _add(commands, "up", "run everything in one process, with the embedded ClickHouse", _up)
    up.add_argument("--demo", action="store_true", help="run the demo shop as well")
    _add(commands, "receive", "receive OTLP", _part("receive"))
    _add(commands, "ui", "serve the pages and the API", _part("ui"))
    _add(commands, "work", "derive sessions from what was received", _part("work"))
    migrate = _add(commands, "migrate", "create or upgrade the tables", _migrate)
    migrate.add_argument(
        "--check", action="store_true", help="say what would change, and change nothing"
    )
    migrate.add_argument(
        "--adopt",
        action="store_true",
        help="take over tables that the Collector's ClickHouse exporter made and filled",
    )
    migrate.add_argument(
        "--step-rows",
        type=int,
        default=500_000,
        metavar="N",
        help="rows that a step of --adopt reads at most (default: %(default)s)",
    )
    migrate.add_argument(
        "--print-cluster",
        default="",
        metavar="NAME",
        help="print the statements that make the tables on a cluster, and do no more",
    )
    migrate.add_argument(
        "--print-read-user",
        action="store_true",
        help="print the statements that make a user who may only read, and do no more",
    )
    sql = _add(commands, "sql", "run a statement and print its result", _sql)
    sql.add_argument("statement", metavar="SELECT", help="the statement, or - for standard input")
    sql.add_argument(
        "--format",
        default="",
        help="table, csv, tsv, json, ndjson or parquet, or any output format of ClickHouse"
        " (default: by the name of the file, else table)",
    )
    sql.add_argument(
        "--output", default="", metavar="FILE", help="write the result there (default: print it)"
    )
    _add_doctor(commands)
    _add_erase(commands)
    _add_retention(commands)
    _add_care(commands)
    _add(commands, "demo", "run the demo shop against a receiver that runs already", _demo)
    return parser


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = _add(commands, "doctor", "check a running setup from end to end", _doctor)
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument("--key", default="", help="ingest key (default: the first of the settings)")
    doctor.add_argument("--origin", default="", help="check that pages of this origin may send")
    doctor.add_argument(
        "--ca", default="", metavar="FILE", help="authorities that the receiver's TLS is trusted by"
    )
    doctor.add_argument("--client-certificate", default="", metavar="FILE", help="PEM, for TLS")
    doctor.add_argument("--client-key", default="", metavar="FILE", help="PEM, for TLS")
    doctor.add_argument(
        "--timeout-s",
        type=float,
        default=15,
        metavar="SECONDS",
        help="how long to wait for what was sent to be readable (default: %(default)s)",
    )


def _add_erase(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    erase = _add(commands, "erase", "erase sessions, or a person, for good", _erase)
    what = erase.add_mutually_exclusive_group(required=True)
    what.add_argument("--session", default="", metavar="ID", help="one session")
    what.add_argument("--user", default="", metavar="ID", help="all sessions of a user, by user.id")
    what.add_argument(
        "--before", default="", metavar="TIME", help="all that began before: 2026-01-31[T12:00:00Z]"
    )
    erase.add_argument("--project", default="", metavar="NAME", help="default: the default project")
    erase.add_argument("--dry-run", action="store_true", help="only tell what would be erased")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument(
        "--wait", action="store_true", help="wait until ClickHouse has removed the files, too"
    )
    erase.add_argument("--json", action="store_true", help="print the report as JSON")


def _add_retention(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    retention = _add(commands, "retention", "show or change how long data is kept", _retention)
    for kind in ("replay", "logs", "traces", "metrics"):
        retention.add_argument(f"--{kind}", default="", metavar="DAYS", help="such as 30d")
    retention.add_argument("--project", default="", metavar="NAME", help="default: the default one")
    retention.add_argument("--json", action="store_true", help="print it as JSON")


def _add_care(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fsck = _add(commands, "fsck", "check that rows, blobs and sessions agree", _fsck)
    fsck.add_argument("--repair", action="store_true", help="mend what is safe to mend")
    fsck.add_argument("--deep", action="store_true", help="read and parse all payload too")
    fsck.add_argument(
        "--grace-s",
        type=float,
        metavar="SECONDS",
        help="age from which on a blob without rows is a problem (default: 27 h for packs, 3 h for"
        " objects of sessions)",
    )
    backup = _add(commands, "backup", "copy a project to a folder or S3", _backup)
    backup.add_argument("--to", required=True, metavar="DIR|s3://…", help="where the backup goes")
    restore = _add(commands, "restore", "bring a project back from a backup", _restore)
    restore.add_argument(
        "--from", required=True, dest="source", metavar="DIR|s3://…", help="backup"
    )
    for command in (fsck, backup, restore):
        command.add_argument("--project", default="", metavar="NAME", help="default: the first")
        command.add_argument("--json", action="store_true", help="print the report as JSON")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    help_text: str,
    command: Callable[[argparse.Namespace], int | None],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
    parser.set_defaults(command=command)
    parser.add_argument("--verbose", action="store_true", help="log more")
    parser.add_argument("--config", metavar="FILE", help="TOML file with settings")
    for setting in settings_fields():
        help_text = f"{setting.metadata['help']} {_shown_default(setting.default)}".strip()
        parser.add_argument(
            f"--{setting.name.replace('_', '-')}",
            metavar=setting.metadata["metavar"],
            help=help_text.replace("%", "%%"),
        )
    return parser


def _shown_default(default: object) -> str:
    return f"(default: {default})" if default not in ("", ()) else ""


def _settings(options: argparse.Namespace) -> Settings:
    flags = {setting.name: getattr(options, setting.name) for setting in settings_fields()}
    return load_settings(flags, os.environ, options.config)


def _up(options: argparse.Namespace) -> None:
    from otel_replay.cli.run import PARTS, run

    run(_settings(options), PARTS, demo=options.demo)


def _part(name: str) -> Callable[[argparse.Namespace], None]:
    def command(options: argparse.Namespace) -> None:
        from otel_replay.cli.run import run

        run(_settings(options), (name,))

    return command


def _migrate(options: argparse.Namespace) -> int:
    from otel_replay.cli.migrate import run_migrate

    return run_migrate(
        _settings(options),
        check=options.check,
        adopt=options.adopt,
        step_rows=options.step_rows,
        print_read_user=options.print_read_user,
        print_cluster=options.print_cluster,
    )


def _sql(options: argparse.Namespace) -> None:
    from otel_replay.cli.query import run_query

    run_query(_settings(options), options.statement, options.format, options.output)


def _doctor(options: argparse.Namespace) -> int:
    from otel_replay.cli.doctor import run_doctor

    return run_doctor(
        _settings(options),
        as_json=options.json,
        key=options.key,
        origin=options.origin,
        ca=options.ca,
        client_certificate=options.client_certificate,
        client_key=options.client_key,
        timeout_s=options.timeout_s,
    )


def _erase(options: argparse.Namespace) -> int:
    from otel_replay.cli.erase import run_erase

    return run_erase(
        _settings(options),
        {kind: getattr(options, kind) for kind in ("session", "user", "before")},
        project=options.project,
        dry_run=options.dry_run,
        wait=options.wait,
        yes=options.yes,
        as_json=options.json,
    )


def _retention(options: argparse.Namespace) -> None:
    from otel_replay.cli.retention import run_retention

    kinds = ("replay", "logs", "traces", "metrics")
    changes = {kind: text for kind in kinds if (text := getattr(options, kind))}
    run_retention(_settings(options), changes, project=options.project, as_json=options.json)


def _fsck(options: argparse.Namespace) -> int:
    from otel_replay.cli.care import run_fsck

    return run_fsck(
        _settings(options),
        project=options.project,
        repair=options.repair,
        deep=options.deep,
        grace_s=options.grace_s,
        as_json=options.json,
    )


def _backup(options: argparse.Namespace) -> int:
    from otel_replay.cli.care import run_backup

    return run_backup(_settings(options), options.to, project=options.project, as_json=options.json)


def _restore(options: argparse.Namespace) -> int:
    from otel_replay.cli.care import run_restore

    return run_restore(
        _settings(options), options.source, project=options.project, as_json=options.json
    )


def _demo(options: argparse.Namespace) -> None:
    from otel_replay.cli.demo import demo_key
    from otel_replay.demo import run_demo

    settings = _settings(options)
    shop = settings.demo_shop
    key = demo_key(settings)
    run_demo(shop.host, shop.port, f"http://{settings.otlp_http}", settings.data / "demo", key)
