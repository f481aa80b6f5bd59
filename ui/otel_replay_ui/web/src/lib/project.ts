/** Which project the page is about, and how to get to the others. */

export interface ProjectLink {
  name: string;
  /** Path that the project's pages lie under: '' for the default project. */
  base: string;
}

interface PageProjects {
  current: string;
  all: ProjectLink[];
}

function root(): DOMStringMap {
  // There is no document where workers and unit tests build addresses.
  return globalThis.document?.getElementById('app')?.dataset ?? {};
}

/** The address of a page of this project: `path` begins with a slash. */
export function pageUrl(path: string): string {
  return (root()['base'] ?? '') + path;
}

/** The projects that this server shows; one name and no links when there is only the default one. */
export function projects(): PageProjects {
  const { project = '', projects: listed } = root();
  return { current: project, all: listed ? (JSON.parse(listed) as ProjectLink[]) : [] };
}
