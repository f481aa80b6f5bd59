-- A user that may read the project's tables and nothing else, but for the one with the salt of erased users' ids. With readonly = 2 its client may choose formats and the like; what
-- limits it cannot be lifted. Table functions such as file(), url() or remote() need grants that it does not have.
CREATE SETTINGS PROFILE IF NOT EXISTS {user} {cluster} SETTINGS
    readonly = 2 READONLY,
    {settings},
    max_execution_time = 60 MIN 1 MAX 60,
    max_memory_usage = 2147483648 MIN 1 MAX 2147483648,
    max_threads = 2 MIN 1 MAX 2,
    max_result_bytes = 536870912 MIN 1 MAX 536870912,
    allow_ddl = 0 READONLY,
    allow_introspection_functions = 0 READONLY;

CREATE USER IF NOT EXISTS {user} {cluster} IDENTIFIED WITH sha256_password BY '{password}' DEFAULT DATABASE {database} SETTINGS PROFILE '{user}';

GRANT {cluster} SELECT ON {database}.* TO {user};

{hidden};

GRANT {cluster} SELECT ON system.tables TO {user};

GRANT {cluster} SELECT ON system.columns TO {user};

GRANT {cluster} SELECT ON system.databases TO {user};

CREATE QUOTA IF NOT EXISTS {user} {cluster} KEYED BY user_name
    FOR INTERVAL 1 minute MAX queries = 600,
    FOR INTERVAL 1 hour MAX errors = 1000, MAX execution_time = 3600, MAX read_bytes = 1099511627776
    TO {user};
