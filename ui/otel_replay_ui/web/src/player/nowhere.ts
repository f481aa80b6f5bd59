/**
 * Lets documents that are written into frames have no address.
 *
 * `document.open` gives a document the address of the page that calls it. For pictures that styles within a document name, Chromium tells
 * other servers the origin of that address, whatever the document's policy is. Called as a listener of an empty page
 * instead, it gives that page's address: `about:blank`, of which nothing is told.
 */

type Realm = Window & typeof globalThis;

const patched = new WeakSet<Document>();
let empty: Realm | null = null;

/** For `document`, and for those of frames within it, once they are asked for. */
export function openNowhere(document: Document | null): void {
  if (!document || patched.has(document)) return;
  patched.add(document);
  Object.defineProperty(document, 'open', { configurable: true, value: () => open(document) });
  const { HTMLIFrameElement } = document.defaultView as Realm;
  const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentDocument')!;
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentDocument', {
    configurable: true,
    get(this: HTMLIFrameElement) {
      const inner = get!.call(this) as Document | null;
      openNowhere(inner);
      return inner;
    },
  });
}

function open(document: Document): Document {
  const realm = emptyPage();
  // Not a function of ours: what counts is the page that the listener itself comes from.
  const listener = realm.Function.prototype.bind.call(realm.Document.prototype.open, document) as EventListener;
  const target = new realm.EventTarget();
  target.addEventListener('open', listener, { once: true });
  target.dispatchEvent(new realm.Event('open'));
  return document;
}

function emptyPage(): Realm {
  if (empty?.document.defaultView) return empty;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Empty';
  frame.setAttribute('aria-hidden', 'true');
  document.body.append(frame);
  return (empty = frame.contentWindow as Realm);
}
