import type { eventWithTime } from '@rrweb/types';

import { INCREMENTAL, type Mirror } from './rrweb';

const SOURCE_SCROLL = 3;
/** rrweb attaches the documents of frames shortly after the snapshot itself. */
const ATTACHED_MS = 100;

/** Says after a snapshot how far the frames of this origin are scrolled: the snapshot does not. */
export function frameScrolls(mirror: Mirror, push: (event: eventWithTime) => void): void {
  setTimeout(() => {
    for (const frame of Array.from(document.querySelectorAll('iframe'))) {
      const view = documentOf(frame)?.defaultView;
      const id = view ? mirror.getId(view.document) : -1;
      if (!view || id < 0 || (view.scrollX === 0 && view.scrollY === 0)) continue;
      push({ type: INCREMENTAL, data: { source: SOURCE_SCROLL, id, x: view.scrollX, y: view.scrollY }, timestamp: Date.now() } as eventWithTime);
    }
  }, ATTACHED_MS);
}

function documentOf(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}
