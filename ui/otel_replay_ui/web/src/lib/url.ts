/** State in the page's address. */

export function readParams(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** Set or (with null and '') remove parameters without a new entry in the history. */
export function replaceParams(changes: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== location.href) history.replaceState(history.state, '', url);
}
