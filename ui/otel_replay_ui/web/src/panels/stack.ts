/** Split a recorded stack trace into the chain of errors it tells of. */

export interface Cause {
  head: string;
  frames: string[];
  /** The errors inside an AggregateError or ExceptionGroup. */
  parts: Cause[];
}

const CAUSED_BY = /^\s*(?:\[cause\]:|Caused by:)\s*/;
/** As the browser SDK writes the errors inside an AggregateError. */
const ONE_OF_SEVERAL = /^Of several: /;
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const PYTHON_HEAD = /^(?:Exception Group )?Traceback \(most recent call last\):$/;

/** The error itself first, then what caused it. */
export function causeChain(stack: string): Cause[] {
  const lines = stack.split('\n').map((line) => line.trimEnd());
  const { own, parts } = lines.some((line) => FIRST_PART.test(line)) ? ungroup(lines) : { own: lines, parts: [] };
  const chain = own.some((line) => PYTHON_HEAD.test(line)) ? pythonChain(own) : otherChain(own);
  chain[0]?.parts.push(...parts);
  return chain;
}

function otherChain(lines: string[]): Cause[] {
  const chain: Cause[] = [];
  let open: Cause | null = null;
  for (const line of lines.filter(Boolean)) {
    if (open && !CAUSED_BY.test(line)) {
      open.frames.push(line);
      continue;
    }
    const head = line.replace(CAUSED_BY, '').trim();
    open = { head: head.replace(ONE_OF_SEVERAL, ''), frames: [], parts: [] };
    const whole = chain.at(-1);
    if (whole && ONE_OF_SEVERAL.test(head)) whole.parts.push(open);
    else chain.push(open);
  }
  return chain;
}

/** Python says the first error first, and of each error the frames before the error. */
function pythonChain(lines: string[]): Cause[] {
  const blocks: string[][] = [[]];
  for (const line of lines.filter(Boolean)) {
    if (PYTHON_CHAIN.test(line)) blocks.push([]);
    else if (!PYTHON_HEAD.test(line)) blocks.at(-1)!.push(line);
  }
  return blocks.filter((block) => block.length > 0).map(pythonCause).reverse();
}

/** The message begins at the last line that is not indented and may go on over several lines. */
function pythonCause(block: string[]): Cause {
  const firstFrame = block.findIndex((line) => line.startsWith('  File '));
  const message = block.findIndex((line, index) => index > firstFrame && !line.startsWith(' '));
  if (message < 0) return { head: block[0] ?? '', frames: block.slice(1), parts: [] };
  return { head: block.slice(message).join('\n'), frames: block.slice(0, message), parts: [] };
}

const FIRST_PART = /^ *\+-\+-+ 1 -+$/;
const NEXT_PART = /^\+-+ (?:\d+|\.\.\.) -+$/;
const LAST_LINE = /^\+-+$/;

/** Python draws the errors of a group behind bars, each part one level deeper: take the bars away, and the parts out. */
function ungroup(lines: string[]): { own: string[]; parts: Cause[] } {
  const own: string[] = [];
  const parts: string[][] = [];
  let column = -1; // of the bars of the part that is being read
  for (const line of lines) {
    if (column >= 0 && !line.startsWith(' '.repeat(column))) column = -1;
    const inner = line.slice(column);
    if (column < 0 && FIRST_PART.test(line)) {
      column = line.lastIndexOf('-+-') + 1;
      parts.push([]);
    } else if (column < 0) own.push(line.replace(/^ *[|+] ?/, ''));
    else if (NEXT_PART.test(inner)) parts.push([]);
    else if (LAST_LINE.test(inner)) column = -1;
    else parts.at(-1)!.push(inner.startsWith('|') ? inner.slice(2) : inner);
  }
  return { own, parts: parts.flatMap((part) => causeChain(part.join('\n')).slice(0, 1)) };
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
