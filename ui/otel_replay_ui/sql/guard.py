"""Decides whether a statement only reads the project's tables.

ClickHouse's ``readonly`` setting stops writes, but on the embedded engine neither the scalar
function file() nor INTO OUTFILE. So ClickHouse itself parses the statement first, and its syntax
tree is checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from otel_replay.errors import PermanentError
from otel_replay.storage.clickhouse import Database, EscapedValue

MAX_STATEMENT_BYTES = 256 * 1024

_EXPLAIN = re.compile(r"EXPLAIN(?: [A-Z ]+)?\n(?=\(?(?:SELECT|WITH)\b)")
_READS = re.compile(r"\(*(?:SELECT|WITH|SHOW|DESCRIBE|EXISTS)\b")

# Functions and table functions that reach outside the database, its configuration, or time.
_FORBIDDEN_FUNCTIONS = re.compile(
    r"(?i)^(?:file|filecluster|url|urlcluster|s3\w*|gcs|azure\w*|hdfs\w*|remote\w*|cluster\w*|"
    r"mysql|postgresql|sqlite|mongodb|redis|jdbc|odbc|input|executable|python|dictionary|"
    r"iceberg\w*|delta\w*|hudi\w*|paimon\w*|arrowflight|ytsaurus|fuzz\w*|sleep\w*|"
    r"cosn|oss|prometheus\w*|timeseries\w*|loop|mergetree\w+|merge|"
    r"catboostevaluate|evalmlmethod|lemmatize|synonyms|dict\w+|joinget\w*|"
    r"getsetting\w*|getserversetting|getmacro|getserverport|showcertificate|ai\w+|llm\w*|"
    r"addresstoline\w*|addresstosymbol|demangle|trap|filesystem\w*|hostname|currentprofiles)$"
)
# Those among them that work on values: where a lambda is expected, the bare name does as well.
_FORBIDDEN_NAMES = re.compile(
    r"^(?:file|sleep\w*|dict[A-Z]\w*|joinGet\w*|getSetting\w*|getServerSetting|getMacro|ai[A-Z]\w*|"
    r"llm[A-Z]\w*|addressTo\w+|filesystem\w+|catboostEvaluate|showCertificate)$"
)
_SHOWN = ("ShowTables", "ShowCreateTableQuery", "ShowColumns", "ShowIndexes", "ShowFunctions")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_APPLIED = re.compile(r"APPLY (\w+)(?:\([\d., ]*\))?(?! ->)(?=[\s,)]|$)")
_ALLOWED_SYSTEM_TABLES = frozenset(
    {
        *("tables", "columns", "databases", "functions", "data_type_families", "formats"),
        *("one", "numbers", "zeros", "settings", "parts", "time_zones", "data_skipping_indices"),
    }
)


class RefusedStatement(PermanentError):
    """A statement that may do more than read."""


def checked(
    database: Database,
    statement: str,
    parameters: Mapping[str, EscapedValue],
    projects: Collection[str],
) -> str:
    """Returns `statement` as ClickHouse's own formatter writes it, when it only reads.

    `projects` are the databases whose tables are served.

    The formatter parses exactly one statement and drops comments, so what is checked is what runs.
    Raises RefusedStatement, or QueryError when it cannot be parsed.
    """
    if len(statement.encode()) > MAX_STATEMENT_BYTES:
        raise RefusedStatement(f"the statement is over {MAX_STATEMENT_BYTES} bytes")
    rows = database.query(
        "SELECT formatQuery({statement:String}) AS text", {"statement": statement}
    )
    canonical = str(rows[0]["text"])
    bare = _EXPLAIN.sub("", canonical, count=1)
    if not _READS.match(bare):
        raise RefusedStatement("only SELECT, SHOW, DESCRIBE, EXISTS and EXPLAIN SELECT are served")
    tree = database.query_bytes(f"EXPLAIN AST {bare}", "TabSeparatedRaw", parameters).decode()
    _check_tree(tree, projects)
    _check_unseen(_STRING.sub("''", bare), tree)
    return canonical


def _check_unseen(text: str, tree: str) -> None:
    """What the syntax tree does not show: the condition of SHOW, and what APPLY applies."""
    if tree.startswith("Show") and re.search(r"\bWHERE\b", text):
        raise RefusedStatement("SHOW with WHERE is not served: read system.tables instead")
    if "ColumnsApplyTransformer" not in tree:
        return
    for match in re.finditer(r"\bAPPLY\b", text):
        applied = _APPLIED.match(text, match.start())
        if applied is None:
            raise RefusedStatement("APPLY is served with the name of a function only")
        if _FORBIDDEN_FUNCTIONS.match(applied[1]):
            raise RefusedStatement(f"the function {applied[1]} is not served")


def _check_tree(tree: str, projects: Collection[str]) -> None:
    lines = tree.splitlines()
    served = ("SelectWithUnionQuery", "Describe", "Exists", *_SHOWN)
    if not lines or not lines[0].startswith(served):
        raise RefusedStatement("only statements that read are served")
    for line in lines:
        indent = len(line) - len(line.lstrip())
        kind, _, rest = line.strip().partition(" ")
        name = rest.partition(" ")[0]
        if kind == "Literal" and indent <= 1:
            raise RefusedStatement("INTO OUTFILE is not served")
        if kind == "Set":
            raise RefusedStatement("SETTINGS are not served: they could lift limits")
        if kind in ("Function", "TableFunction") and _FORBIDDEN_FUNCTIONS.match(name):
            raise RefusedStatement(f"the function {name} is not served")
        if kind == "Identifier" and _FORBIDDEN_NAMES.match(name):
            raise RefusedStatement(f"the function {name} is not served")
        if kind in ("TableIdentifier", "Identifier"):
            _check_table(name, projects, strict=kind == "TableIdentifier")


def _check_table(name: str, projects: Collection[str], *, strict: bool) -> None:
    """Other databases are closed; `default` of the embedded engine would even open files by name.

    A plain identifier is a table only after IN, and otherwise a column, perhaps with its table.
    """
    schema, dot, table = name.partition(".")
    if not dot or schema in projects or schema.lower() == "information_schema":
        return
    if schema.lower() == "system":
        if table.lower() not in _ALLOWED_SYSTEM_TABLES and (strict or "." not in table):
            raise RefusedStatement(f"the table {name} is not served")
    elif strict or schema == "default":
        raise RefusedStatement(f"the table {name} is not served")
