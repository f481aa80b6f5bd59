/** What a value looks like, and where an id leads. */

import { pageUrl } from '../lib/project';
import type { Cell, Column } from './ask';

const SESSION_COLUMN = /^(session_?id|session|previous_?id)$/i;
const TRACE_COLUMN = /^trace_?id$/i;
const SESSION = /^[0-9A-Za-z_-][0-9A-Za-z_.-]{7,127}$/;
const TRACE = /^[0-9a-f]{32}$/;
const NUMBER = /^(?:LowCardinality\(|Nullable\()*(?:U?Int\d+|Float\d+|Decimal|SimpleAggregateFunction\(\w+, (?:U?Int|Float))/;
const TIME = /^(?:LowCardinality\(|Nullable\()*(?:Date|SimpleAggregateFunction\(\w+, Date)/;

export function cellText(value: Cell): string {
  if (value === null) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The page of the session or the trace that a value names. */
export function cellLink(column: Column, value: Cell): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (SESSION_COLUMN.test(column.name) && SESSION.test(value)) return pageUrl(`/sessions/${encodeURIComponent(value)}`);
  if (TRACE_COLUMN.test(column.name) && TRACE.test(value)) return pageUrl(`/traces/${value}`);
  return undefined;
}

export const isNumber = ({ type }: Column): boolean => NUMBER.test(type);
export const isTime = ({ type }: Column): boolean => TIME.test(type);
