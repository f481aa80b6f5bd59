"""The wall round the SQL address: whatever does more than read the project's tables is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from otel_replay.storage.clickhouse import Database
from otel_replay_ui.sql import create_sql_app
from tests.sql.conftest import SECRET

NAMED = {
    "param_name": "file",
    "param_schema": "system",
    "param_table": "processes",
    "param_hidden": "project_settings",
}


@pytest.fixture(scope="module")
def client(read_database: Database) -> FlaskClient:
    return create_sql_app(read_database.address).test_client()


WRITES = [
    "INSERT INTO session_touched (SessionId) VALUES ('x')",
    "INSERT INTO session_touched (SessionId) SELECT 'x'",
    "INSERT INTO FUNCTION file('/tmp/x', 'CSV', 'a String') SELECT 'x'",
    "DROP TABLE session_touched",
    "TRUNCATE TABLE session_touched",
    "DELETE FROM session_touched WHERE 1",
    "UPDATE session_touched SET SessionId = 'x' WHERE 1",
    "CREATE TABLE x (a Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE x (a Int8)",
    "CREATE VIEW x AS SELECT 1",
    "CREATE FUNCTION x AS a -> a",
    "CREATE USER x",
    "ALTER TABLE session_touched DELETE WHERE 1",
    "RENAME TABLE session_touched TO x",
    "EXCHANGE TABLES session_touched AND sessions",
    "OPTIMIZE TABLE session_touched FINAL",
    "ATTACH TABLE x",
    "DETACH TABLE session_touched",
    "UNDROP TABLE x",
    "BACKUP TABLE session_touched TO File('/tmp/x')",
    "RESTORE TABLE session_touched FROM File('/tmp/x')",
    "GRANT ALL ON *.* TO default",
    "REVOKE ALL ON *.* FROM default",
    "CHECK TABLE session_touched",
    "SYSTEM SHUTDOWN",
    "SYSTEM DROP MARK CACHE",
    "KILL QUERY WHERE 1",
    "SET readonly = 0",
    "USE system",
    "BEGIN TRANSACTION",
    "EXECUTE AS default SELECT 1",
]
SEVERAL = [
    "SELECT 1; DROP TABLE session_touched",
    "SELECT 1 /* ; */ ; DROP TABLE session_touched",
    "SELECT 1 -- \n; DROP TABLE session_touched",
    "SELECT 1 PARALLEL WITH SELECT 2",
    "SELECT 1 PARALLEL WITH DROP TABLE session_touched",
]
FILES = [
    "SELECT file('/etc/hostname')",
    "SELECT FILE('/etc/hostname')",
    "SELECT `file`('/etc/hostname')",
    "SELECT /* */ file /* */ ('/etc/hostname')",
    "SELECT (SELECT file('/etc/hostname'))",
    "SELECT 1 WHERE file('/etc/hostname') != ''",
    "SELECT 1 ORDER BY file('/etc/hostname')",
    "SELECT 1 LIMIT length(file('/etc/hostname'))",
    "WITH file('/etc/hostname') AS x SELECT x",
    "WITH (a -> file(a)) AS f SELECT f('/etc/hostname')",
    "SELECT 1 UNION ALL SELECT length(file('/etc/hostname'))",
    "SELECT 1 AS x QUALIFY file('/etc/hostname') != ''",
    "SELECT sum(1) OVER (ORDER BY file('/etc/hostname'))",
    "SELECT * FROM numbers(length(file('/etc/hostname')))",
    "SELECT * FROM view(SELECT file('/etc/hostname'))",
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
    "SELECT * FROM `file`('/etc/hostname', 'LineAsString')",
    "DESCRIBE TABLE file('/etc/hostname', 'LineAsString')",
    "EXPLAIN SELECT file('/etc/hostname')",
    "EXPLAIN PLAN actions = 1 SELECT file('/etc/hostname')",
    "EXPLAIN AST SELECT file('/etc/hostname')",
    "SELECT * FROM (EXPLAIN SELECT file('/etc/hostname'))",
    "SELECT * FROM default.`/etc/hostname`",
    "SELECT 1 IN default.`/etc/hostname`",
    "SELECT * APPLY file FROM (SELECT '/etc/hostname' AS x)",
    "SELECT * APPLY(x -> file(x)) FROM (SELECT '/etc/hostname' AS x)",
    "SELECT * APPLY(quantile(length(file('/etc/hostname')) / 9)) FROM (SELECT 1 AS x)",
    "SELECT COLUMNS('x') APPLY(file) FROM (SELECT '/etc/hostname' AS x)",
    "SELECT * REPLACE (file('/etc/hostname') AS x) FROM (SELECT 1 AS x)",
    "SELECT arrayMap(file, ['/etc/hostname'])",
    "SELECT arrayMap((file AS f), ['/etc/hostname'])",
    "SELECT arrayMap({name:Identifier}, ['/etc/hostname'])",
    "SHOW TABLES WHERE file('/etc/hostname') != ''",
    "SELECT 1 INTO OUTFILE '/tmp/otel-replay-no-such-file'",
    "SELECT 1 INTO OUTFILE '/tmp/otel-replay-no-such-file' AND STDOUT FORMAT CSV",
    "SELECT 1 INTO OUTFILE '/tmp/otel-replay-no-such-file' TRUNCATE COMPRESSION 'gzip'",
    "(SELECT 1 INTO OUTFILE '/tmp/otel-replay-no-such-file')",
    "SELECT filesystemAvailable()",
]
ELSEWHERE = [
    "WITH x AS (SELECT * FROM url('http://127.0.0.1:1', 'CSV', 'a String')) SELECT * FROM x",
    "SELECT * FROM URL('http://127.0.0.1:1', 'CSV', 'a String')",
    "SELECT 1 FROM numbers(1) AS n, url('http://127.0.0.1:1', 'CSV', 'a String') AS u",
    "SELECT 1 FROM numbers(1) JOIN url('http://127.0.0.1:1', 'CSV', 'a Int8') ON number = a",
    "SELECT * FROM s3('http://127.0.0.1:1/x')",
    "SELECT * FROM s3Cluster('x', 'http://127.0.0.1:1/x')",
    "SELECT * FROM gcs('http://127.0.0.1:1/x')",
    "SELECT * FROM azureBlobStorage('x', 'y', 'z')",
    "SELECT * FROM hdfs('hdfs://127.0.0.1:1/x', 'CSV', 'a String')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM remoteSecure('127.0.0.1', system.one)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM clusterAllReplicas('default', system.one)",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 'a Int8')",
    "SELECT * FROM redis('127.0.0.1:1', 'a', 'a Int8')",
    "SELECT * FROM bigquery('a', 'b', 'c')",
    "SELECT * FROM sqlite('/etc/x.db', 'a')",
    "SELECT * FROM jdbc('a', 'b', 'c')",
    "SELECT * FROM odbc('a', 'b', 'c')",
    "SELECT * FROM iceberg('http://127.0.0.1:1/x')",
    "SELECT * FROM icebergLocal('/etc')",
    "SELECT * FROM deltaLakeLocal('/etc')",
    "SELECT * FROM executable('id', 'TSV', 'a String')",
    "SELECT * FROM python('x')",
    "SELECT * FROM eval('SELECT 1')",
    "SELECT * FROM input('a String')",
    "SELECT * FROM dictionary('x')",
    "SELECT * FROM loop(session_touched)",
    "SELECT * FROM fuzzQuery('SELECT 1')",
    "SELECT * FROM no_such_table_function(1)",
    "SELECT dictGet('x', 'y', 1)",
    "SELECT dictGetStringOrDefault('x', 'y', 1, '')",
    "SELECT joinGet('x', 'y', 1)",
    "SELECT regionToName(toUInt32(1))",
    "SELECT catboostEvaluate('/etc/x', 1)",
    "SELECT aiGenerate('x', 'y')",
]
SETTINGS = [
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)",
    "SELECT (SELECT 1 SETTINGS readonly = 0)",
    "WITH x AS (SELECT 1 SETTINGS readonly = 0) SELECT * FROM x",
    "SELECT 1 UNION ALL SELECT 2 SETTINGS max_threads = 64",
    "SELECT 1 FORMAT CSV SETTINGS max_threads = 64",
    "SELECT sleep(3)",
    "SELECT sleepEachRow(3)",
    "SELECT arrayMap(sleep, [3])",
]
LEAKS = [
    "SELECT * FROM system.processes",
    "SELECT * FROM SYSTEM.processes",
    "SELECT * FROM `system`.`processes`",
    "SELECT 1 IN system.processes",
    "SELECT 1 IN (SELECT 1 FROM system.query_log)",
    "SELECT * FROM system.users",
    "SELECT * FROM system.grants",
    "SELECT * FROM system.clusters",
    "SELECT * FROM system.disks",
    "SELECT * FROM system.server_settings",
    "SELECT * FROM system.macros",
    "SELECT * FROM system.named_collections",
    "SELECT * FROM system.text_log",
    "SELECT * FROM system.metric_log",
    "SELECT * FROM system.stack_trace",
    "SELECT * FROM system.environment",
    "SELECT * FROM {schema:Identifier}.{table:Identifier}",
    "SELECT * APPLY(x -> x IN (SELECT query FROM system.processes)) FROM (SELECT 'a' AS x)",
    "SELECT * FROM merge('system', 'processes')",
    "SELECT * FROM mergeTreeIndex('otel', 'sessions')",
    "SELECT * FROM another_database.sessions",
    "SHOW COLUMNS FROM sessions WHERE field IN (SELECT query FROM system.processes)",
    "SHOW PROCESSLIST",
    "SHOW GRANTS",
    "SHOW ACCESS",
    "SHOW USERS",
    "SHOW CREATE USER default",
    "SHOW ENGINES",
    "SELECT getSetting('readonly')",
    "SELECT getServerSetting('x')",
    "SELECT getMergeTreeSetting('x')",
    "SELECT getMacro('x')",
    "SELECT serverUUID()",
    "SELECT hostName()",
    "SELECT FQDN()",
    "SELECT getOSKernelVersion()",
    "SELECT addressToLine(1)",
    "SELECT showCertificate()",
    "SELECT __getScalar('x')",
]
# The salt in there would let one find out which user ids were erased.
SALT = [
    "SELECT * FROM project_settings",
    "SELECT Value FROM project_settings FINAL WHERE Name = 'erasure_salt'",
    "SELECT * FROM `project_settings`",
    "SELECT * FROM {database}.project_settings",
    "SELECT s.Value FROM project_settings AS s",
    "SELECT (SELECT any(Value) FROM project_settings)",
    "SELECT 'x' IN (SELECT Value FROM project_settings)",
    "SELECT ('a', 'b', now64(6), 'c') IN project_settings",
    "SELECT ('a', 'b', now64(6), 'c') IN {database}.project_settings",
    "SELECT ('a', 'b', now64(6), 'c') GLOBAL NOT IN project_settings",
    "WITH x AS (SELECT * FROM project_settings) SELECT * FROM x",
    "WITH sessions AS (SELECT * FROM project_settings) SELECT * FROM sessions",
    "SELECT * FROM sessions UNION ALL SELECT * FROM project_settings",
    "SELECT * FROM session_touched CROSS JOIN project_settings",
    "SELECT * FROM view(SELECT * FROM project_settings)",
    "SELECT * FROM viewIfPermitted(SELECT * FROM project_settings ELSE null('x String'))",
    "SELECT * FROM merge('project_settings')",
    "SELECT * FROM merge(currentDatabase(), '^project_')",
    "SELECT * FROM loop(project_settings)",
    "SELECT * FROM remote('localhost', currentDatabase(), 'project_settings')",
    "SELECT * FROM cluster('default', currentDatabase(), 'project_settings')",
    "SELECT * FROM eval('SELECT * FROM project_settings')",
    "SELECT * FROM dictionary('project_settings')",
    "SELECT joinGet('project_settings', 'Value', 'erasure_salt')",
    "SELECT * FROM mergeTreeIndex(currentDatabase(), 'project_settings', with_minmax = true)",
    "SELECT * FROM {hidden:Identifier}",
    "FROM project_settings SELECT Value",
    "EXPLAIN SELECT Value FROM project_settings",
    "EXPLAIN QUERY TREE SELECT Value FROM project_settings",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM project_settings WHERE Value < '8')",
    "SELECT 1 LIMIT (SELECT count() FROM project_settings WHERE Value < '8')",
    "SELECT project_settings.Value FROM project_settings",
    "DESCRIBE (SELECT * FROM project_settings)",
    "DESCRIBE TABLE (SELECT Value FROM project_settings WHERE throwIf(Value < '8'))",
]
ATTACKS = [*WRITES, *SEVERAL, *FILES, *ELSEWHERE, *SETTINGS, *LEAKS, *SALT]


@pytest.mark.parametrize("statement", ATTACKS)
def test_whatever_does_more_than_read_is_refused(
    client: FlaskClient, read_database: Database, statement: str
) -> None:
    text = statement.replace("{database}", read_database.address.database)
    response = client.post("/", query_string=NAMED, data=text)
    assert response.status_code in (400, 403), response.text
    # By us, by ClickHouse's parser before, or for a setting: that it would fail later is no wall.
    assert response.headers["X-ClickHouse-Exception-Code"] in ("497", "62", "164"), response.text
    assert SECRET not in response.text
    assert read_database.query("SELECT count() AS n FROM session_touched") == [{"n": 2}]
    assert not Path("/tmp/otel-replay-no-such-file").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * APPLY max FROM (SELECT 1 AS file_count)",
        "SELECT * APPLY(quantile(0.5)) APPLY(toString) FROM (SELECT 1 AS x)",
        "SELECT 'APPLY x -> file(x)' AS hostname, path(url) FROM (SELECT 'http://a/b' AS url)",
        "SELECT format('{} of project_settings', 'the salt')",
        "SELECT numbers.number FROM numbers(3) AS numbers, values('a Int8', 1, 2) AS v",
        "SELECT * FROM view(SELECT SessionId FROM sessions)",
        "SELECT SessionId FROM session_touched WHERE SessionId IN (SELECT SessionId FROM sessions)",
        "EXPLAIN indexes = 1 SELECT SessionId FROM sessions WHERE SessionId = 's1'",
        "EXPLAIN PIPELINE SELECT 1",
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n"
        " FROM t",
        "SELECT table, name FROM system.columns WHERE database = currentDatabase()",
        "SELECT table_name FROM INFORMATION_SCHEMA.tables",
        "SHOW TABLES",
        "SHOW CREATE TABLE sessions",
        "SHOW COLUMNS FROM sessions",
        "DESCRIBE sessions",
        "DESCRIBE project_settings",
        "EXISTS TABLE sessions",
    ],
)
def test_what_only_reads_is_served(client: FlaskClient, statement: str) -> None:
    response = client.post("/", data=statement)
    assert response.status_code == 200, response.text


# Of these ClickHouse itself says that they reach for something else than the values given.
OUTSIDE = ("AI", "Dictionary", "Embedded Dictionary", "Machine Learning", "Internal")
# Names of OUTSIDE that only rearrange what they are given.
HARMLESS = {
    *("_CAST", "assignCentroid", "caseWithExpression", "nested", "validateNestedArraySizes"),
}


def test_no_function_of_this_engine_that_reaches_outside_is_served(
    client: FlaskClient, read_database: Database
) -> None:
    rows = read_database.query(
        "SELECT name FROM system.functions WHERE categories IN {kinds:Array(String)}"
        " AND NOT is_aggregate",
        {"kinds": list(OUTSIDE)},
    )
    names = {row["name"] for row in rows} - HARMLESS
    assert "dictGet" in names
    served = [name for name in names if "is not served" not in asked(client, f"SELECT `{name}`(1)")]
    assert served == []


def test_no_table_function_of_this_engine_but_those_that_make_rows_is_served(
    client: FlaskClient, read_database: Database
) -> None:
    names = {row["name"] for row in read_database.query("SELECT name FROM system.table_functions")}
    served = {
        name for name in names if "is not served" not in asked(client, f"DESCRIBE `{name}`(1)")
    }
    assert served == {
        *("numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generateSeries"),
        *("generate_series", "generateRandom", "values", "null", "view", "format"),
        "viewIfPermitted",
    }


def asked(client: FlaskClient, statement: str) -> str:
    return client.post("/", data=statement).text
