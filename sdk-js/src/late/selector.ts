const MAX_DEPTH = 5;
/** Attributes that page authors give to find elements by. */
const MARKERS = ['data-testid', 'data-test', 'name'];

/** A CSS selector that a reader recognises the element by; short rather than certain to be unique. */
export function cssSelector(element: Element): string {
  const path: string[] = [];
  for (let at: Element | null = element; at && path.length < MAX_DEPTH; at = at.parentElement) {
    const marked = marker(at);
    path.unshift(marked ?? step(at));
    if (marked !== undefined || at === document.body) break;
  }
  return path.join(' > ');
}

/** Tag with id or marker attribute; ids with digits in a row are made by frameworks and change. */
function marker(element: Element): string | undefined {
  const tag = element.localName;
  if (element.id !== '' && !/\d{3}|[:\s]/.test(element.id)) return `${tag}#${CSS.escape(element.id)}`;
  const name = MARKERS.find((attribute) => element.hasAttribute(attribute));
  return name === undefined ? undefined : `${tag}[${name}="${CSS.escape(element.getAttribute(name) ?? '')}"]`;
}

function step(element: Element): string {
  const classes = Array.from(element.classList).slice(0, 2);
  const name = [element.localName, ...classes.map((one) => CSS.escape(one))].join('.');
  const alike = Array.from(element.parentElement?.children ?? []).filter(({ localName }) => localName === element.localName);
  return alike.length > 1 ? `${name}:nth-of-type(${alike.indexOf(element) + 1})` : name;
}
