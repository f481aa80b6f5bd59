/** Statements that the viewer saved in this browser, and some to begin with. */

export interface Saved {
  name: string;
  statement: string;
}

export const EXAMPLES: readonly Saved[] = [
  { name: 'Latest sessions', statement: 'SELECT SessionId, StartTime, UserId, Release, Pages, Clicks, Errors, BackendErrors\nFROM sessions\nORDER BY StartTime DESC\nLIMIT 100' },
  { name: 'Exceptions by sessions hit', statement: 'SELECT Source, ServiceName, Type, Message, count() AS times, uniqExact(SessionId) AS sessions, any(SessionId) AS SessionId\nFROM exceptions\nGROUP BY Source, ServiceName, Type, Message\nORDER BY sessions DESC\nLIMIT 100' },
  { name: 'Slowest requests', statement: 'SELECT Path, count() AS times, round(quantile(0.95)(DurationMs)) AS p95_ms, countIf(Failed) AS failed, argMax(TraceId, DurationMs) AS TraceId\nFROM requests\nGROUP BY Path\nORDER BY p95_ms DESC\nLIMIT 50' },
  { name: 'Sessions over time', statement: 'SELECT toStartOfHour(StartTime) AS hour, count() AS sessions, countIf(Errors + BackendErrors > 0) AS with_errors\nFROM sessions\nGROUP BY hour\nORDER BY hour' },
  { name: 'Web vitals by release', statement: 'SELECT Name, Release, round(quantile(0.75)(Value), 2) AS p75, count() AS measured\nFROM web_vitals\nGROUP BY Name, Release\nORDER BY Name, Release' },
  { name: 'Rage clicks', statement: "SELECT Path, Selector, Text, count() AS times, any(SessionId) AS SessionId\nFROM clicks\nWHERE Kind = 'rage_click'\nGROUP BY Path, Selector, Text\nORDER BY times DESC" },
];

export class SavedStatements {
  /** `project` keeps those of different projects apart. */
  constructor(private readonly project: string) {}

  private get key(): string {
    return `otel-replay.sql.${this.project}`;
  }

  all(): Saved[] {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(this.key) ?? '[]');
      return Array.isArray(found) ? found.filter(isSaved) : [];
    } catch {
      return []; // storage can be forbidden, or hold what somebody else wrote
    }
  }

  /** Replaces one of the same name. Returns false when the browser does not keep it. */
  save(one: Saved): boolean {
    return this.write([...this.all().filter(({ name }) => name !== one.name), one]);
  }

  remove(name: string): boolean {
    return this.write(this.all().filter((one) => one.name !== name));
  }

  private write(all: readonly Saved[]): boolean {
    try {
      localStorage.setItem(this.key, JSON.stringify(all));
      return true;
    } catch {
      return false;
    }
  }
}

function isSaved(value: unknown): value is Saved {
  const { name, statement } = (value ?? {}) as Partial<Saved>;
  return typeof name === 'string' && typeof statement === 'string';
}
