/** Split a recorded stack trace into the chain of errors it tells of. */

export interface Cause {
  head: string;
  frames: string[];
}

const CAUSED_BY = /^\s*(?:\[cause\]:|Caused by:)\s*/;
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const PYTHON_HEAD = 'Traceback (most recent call last):';

/** The error itself first, then what caused it. */
export function causeChain(stack: string): Cause[] {
  const lines = stack.split('\n').map((line) => line.trimEnd());
  return lines.includes(PYTHON_HEAD) ? pythonChain(lines) : otherChain(lines);
}

function otherChain(lines: string[]): Cause[] {
  const chain: Cause[] = [];
  for (const line of lines.filter(Boolean)) {
    if (chain.length === 0 || CAUSED_BY.test(line)) chain.push({ head: line.replace(CAUSED_BY, '').trim(), frames: [] });
    else chain.at(-1)!.frames.push(line);
  }
  return chain;
}

/** Python says the first error first, and of each error the frames before the error. */
function pythonChain(lines: string[]): Cause[] {
  const blocks: string[][] = [[]];
  for (const line of lines.filter(Boolean)) {
    if (PYTHON_CHAIN.test(line)) blocks.push([]);
    else if (line !== PYTHON_HEAD) blocks.at(-1)!.push(line);
  }
  return blocks.filter((block) => block.length > 0).map(pythonCause).reverse();
}

/** The message begins at the last line that is not indented and may go on over several lines. */
function pythonCause(block: string[]): Cause {
  const firstFrame = block.findIndex((line) => line.startsWith('  File '));
  const message = block.findIndex((line, index) => index > firstFrame && !line.startsWith(' '));
  if (message < 0) return { head: block[0] ?? '', frames: block.slice(1) };
  return { head: block.slice(message).join('\n'), frames: block.slice(0, message) };
}

export interface FrameGroup {
  /** Code of a framework or the language's own: rarely where the fault is. */
  library: boolean;
  frames: string[];
}

const FRAME_START = /^\s*(?:at |File "|.+@)/;
const LIBRARY = /site-packages|dist-packages|node_modules|[/\\]lib[/\\]python|\(?node:internal|<frozen /;

/** Neighbouring frames of the same kind together; a frame keeps the lines that belong to it. */
export function groupFrames(lines: string[]): FrameGroup[] {
  const groups: FrameGroup[] = [];
  for (const frame of wholeFrames(lines)) {
    const library = LIBRARY.test(frame.split('\n')[0]!);
    const group = groups.at(-1);
    if (group && group.library === library) group.frames.push(frame);
    else groups.push({ library, frames: [frame] });
  }
  return groups;
}

function wholeFrames(lines: string[]): string[] {
  const frames: string[] = [];
  for (const line of lines) {
    if (frames.length === 0 || FRAME_START.test(line)) frames.push(line);
    else frames[frames.length - 1] += `\n${line}`;
  }
  return frames;
}
