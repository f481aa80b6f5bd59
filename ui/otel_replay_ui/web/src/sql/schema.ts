/** Tables, columns and attribute keys of the project, as the database describes them. */

import { ask } from './ask';

export interface TableColumn {
  name: string;
  type: string;
  comment: string;
}

export interface Table {
  name: string;
  columns: TableColumn[];
}

/** What people ask most. */
export const PLAIN = ['sessions', 'session_events', 'session_traces', 'session_spans', 'exceptions', 'page_views', 'clicks', 'requests', 'web_vitals', 'replay_chunks', 'otel_logs', 'otel_traces'];

const COLUMNS = `SELECT table, name, type, comment FROM system.columns
WHERE database = currentDatabase() AND table IN
(SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT IN ('MaterializedView', 'Null')
   AND name != 'project_settings')
ORDER BY table, position`;

const SAMPLE_ROWS = 20_000;
const MAPS = { session_events: 'Attributes', otel_logs: 'LogAttributes', otel_traces: 'SpanAttributes', sessions: 'Attributes' };

export async function loadTables(): Promise<Table[]> {
  const { rows } = await ask(COLUMNS);
  const tables = new Map<string, Table>();
  for (const [table, name, type, comment] of rows as string[][]) {
    if (table === undefined || name === undefined) continue;
    if (!tables.has(table)) tables.set(table, { name: table, columns: [] });
    tables.get(table)!.columns.push({ name, type: type ?? '', comment: comment ?? '' });
  }
  return [...tables.values()].sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
}

function rank(name: string): number {
  const place = PLAIN.indexOf(name);
  return place < 0 ? PLAIN.length : place;
}

/** Keys of attributes in the latest rows, each once. */
export async function loadKeys(): Promise<string[]> {
  const parts = Object.entries(MAPS).map(([table, column]) => `SELECT arrayJoin(groupUniqArrayArray(500)(mapKeys(${column}))) AS key FROM (SELECT ${column} FROM ${table} LIMIT ${SAMPLE_ROWS})`);
  const { rows } = await ask(`SELECT DISTINCT toString(key) FROM (${parts.join(' UNION ALL ')}) ORDER BY 1 LIMIT 2000`);
  return rows.map(([key]) => String(key));
}
