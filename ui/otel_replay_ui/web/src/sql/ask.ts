/** Run statements: read only, with the server's limits. */

import { apiUrl, request } from '../lib/api';

export interface Column {
  name: string;
  /** ClickHouse's type, such as `LowCardinality(String)`. */
  type: string;
}

export type Cell = string | number | boolean | null | Cell[] | { [key: string]: Cell };

export interface Answer {
  columns: Column[];
  rows: Cell[][];
  /** Seconds that ClickHouse took. */
  seconds: number;
}

export type DownloadFormat = 'csv' | 'ndjson' | 'parquet';

/** Aborting `signal` ends the statement on the server, too. Fails with an ApiError. */
export async function ask(statement: string, signal?: AbortSignal): Promise<Answer> {
  const response = await post(statement, 'json', signal);
  const body = (await response.json()) as { meta: Column[]; data: Cell[][]; statistics?: { elapsed: number } };
  return { columns: body.meta, rows: body.data, seconds: body.statistics?.elapsed ?? 0 };
}

export async function download(statement: string, format: DownloadFormat, signal?: AbortSignal): Promise<Blob> {
  return (await post(statement, format, signal)).blob();
}

function post(statement: string, format: string, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ statement, format });
  return request(apiUrl('/sql'), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, ...(signal ? { signal } : {}) });
}
