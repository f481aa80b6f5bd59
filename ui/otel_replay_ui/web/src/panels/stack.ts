/** Split a recorded stack trace into the chain of errors it tells of. */

export interface Cause {
  head: string;
  frames: string[];
}

const CAUSED_BY = /^\s*(?:\[cause\]:|Caused by:)\s*/;
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;

/** The first cause is the error itself. Python prints the original error first; its order is kept. */
export function causeChain(stack: string): Cause[] {
  const chain: Cause[] = [];
  let current: Cause | null = null;
  for (const line of stack.split('\n')) {
    if (line.trim() === '') continue;
    if (PYTHON_CHAIN.test(line)) {
      current = null;
    } else if (current === null || CAUSED_BY.test(line)) {
      current = { head: line.replace(CAUSED_BY, '').trim(), frames: [] };
      chain.push(current);
    } else {
      current.frames.push(line.replace(/\s+$/, ''));
    }
  }
  return chain;
}
