/** Read the theme's colours for drawing on a canvas. */

let probe: HTMLElement | null = null;

/** The colour that a custom property stands for right now, in a form a canvas takes. */
export function themeColor(property: string): string {
  if (!probe) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}
