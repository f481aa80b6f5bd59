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
from otel_replay.storage.reading import HIDDEN_TABLES

MAX_STATEMENT_BYTES = 256 * 1024

_EXPLAIN = re.compile(r"EXPLAIN(?: [A-Z ]+)?(?: [a-z_]+ = \d,?)*\n(?=\(?(?:SELECT|WITH)\b)")
_READS = re.compile(r"\(*(?:SELECT|WITH|SHOW|DESCRIBE|EXISTS)\b")

# What only makes rows of its arguments. Whatever else stands for a table is refused: what new
# versions of ClickHouse bring reaches outside more often than not, or runs text (eval).
_TABLE_FUNCTIONS = frozenset(
    {
        *("numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generate_series"),
        *(
            "generateseries",
            "generaterandom",
            "values",
            "null",
            "view",
            "format",
            "viewifpermitted",
        ),
    }
)
# Functions that reach outside the database, its configuration, or time.
_FORBIDDEN_FUNCTIONS = re.compile(
    r"(?i)^(?:file|url|s3\w*|remote\w*|cluster\w*|input|executable|python|chdb|eval|viewexplain|"
    r"dictionary|sleep\w*|fuzz\w*|merge|loop|mergetree(?!partinfo)\w+|"
    r"catboostevaluate|evalmlmethod|naivebayes\w+|lemmatize|synonyms|dict\w+|region\w+|joinget\w*|"
    r"getsetting\w*|getserversetting|getmergetreesetting|globalvariable|getmacro|getserverport|tcpport|"
    r"getclienthttpheader|currentrequesturl|getoskernelversion|serveruuid|hostname|fqdn|logtrace|tid|"
    r"generateserialid|zookeeper\w+|showcertificate|ai[A-Z]\w*|llm[A-Z]\w*|addressto\w+|demangle|"
    r"trap|filesystem\w*|currentprofiles|enabledprofiles|defaultprofiles|__\w+)$"
)
# Those among them that work on values: where a lambda is expected, the bare name does as well.
_FORBIDDEN_NAMES = re.compile(
    r"^(?:file|chdb|sleep\w*|dict[A-Z]\w*|region[A-Z]\w*|joinGet\w*|getSetting\w*|getServerSetting|"
    r"getMergeTreeSetting|globalVariable|getMacro|getServerPort|getClientHTTPHeader|ai[A-Z]\w*|"
    r"llm[A-Z]\w*|addressTo\w+|demangle|logTrace|generateSerialID|filesystem[A-Z]\w*|"
    r"catboostEvaluate|naiveBayes[A-Z]\w*|showCertificate|__[a-z]\w*)$"
)
# As they are called on a cluster too.
_HIDDEN = frozenset(name + suffix for name in HIDDEN_TABLES for suffix in ("", "_local"))
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
    # What a hidden table looks like is in the documentation; its rows are what is closed.
    shown = not lines[0].startswith("SelectWithUnionQuery") and "Subquery" not in tree
    above = ""
    for line in lines:
        indent = len(line) - len(line.lstrip())
        kind, _, rest = line.strip().partition(" ")
        name = rest.partition(" ")[0]
        if kind == "TableFunction" or (kind == "Function" and above == "TableExpression"):
            _check_table_function(name)
        above = kind
        if kind == "Literal" and indent <= 1:
            raise RefusedStatement("INTO OUTFILE is not served")
        if kind == "Set":
            raise RefusedStatement("SETTINGS are not served: they could lift limits")
        if kind in ("Function", "TableFunction") and _FORBIDDEN_FUNCTIONS.match(name):
            raise RefusedStatement(f"the function {name} is not served")
        if kind == "Identifier" and _FORBIDDEN_NAMES.match(name):
            raise RefusedStatement(f"the function {name} is not served")
        if kind in ("TableIdentifier", "Identifier"):
            if not shown:
                _check_hidden(name)
            _check_table(name, projects, strict=kind == "TableIdentifier")


def _check_table_function(name: str) -> None:
    if name.lower() not in _TABLE_FUNCTIONS:
        raise RefusedStatement(f"the table function {name} is not served")


def _check_hidden(name: str) -> None:
    if not _HIDDEN.isdisjoint(name.split(".")):
        raise RefusedStatement(f"the table {name} is not served")


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
