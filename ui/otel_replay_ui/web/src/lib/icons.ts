/** Line icons on a 16 px grid. */

import { svg } from './dom';

const PATHS = {
  play: 'M5 3.2v9.6l7.6-4.8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  back: 'M3 8a5 5 0 1 0 1.7-3.8M3 2.8v2.8h2.8',
  forward: 'M13 8a5 5 0 1 1-1.7-3.8M13 2.8v2.8h-2.8',
  chevronLeft: 'M10 3.5 5.5 8l4.5 4.5',
  chevronRight: 'M6 3.5 10.5 8 6 12.5',
  chevronDown: 'M3.5 6 8 10.5 12.5 6',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 13.5 13.5',
  link: 'M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 1 0-3.7-3.7l-.8.8M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 1 0 3.7 3.7l.8-.8',
  expand: 'M9.5 2.5h4v4M13.5 2.5 9.3 6.7M6.5 13.5h-4v-4M2.5 13.5l4.2-4.2',
  minus: 'M3.5 8h9',
  plus: 'M3.5 8h9M8 3.5v9',
  expandSideways: 'M5 5 2 8l3 3M11 5l3 3-3 3M2 8h12',
  inspect: 'M13.5 6.5v-4h-11v11h4M7.5 7.5l6 2.2-2.7 1.1-1.1 2.7z',
  page: 'M4 1.8h5.5l3 3v9.4H4zM9.3 2v3h3',
  moon: 'M13 9.3A5.3 5.3 0 0 1 6.7 3a5.3 5.3 0 1 0 6.3 6.3Z',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  alert: 'M8 5.2v3.4M8 10.9v.1M7 2.6 1.7 11.8A1.1 1.1 0 0 0 2.7 13.5h10.6a1.1 1.1 0 0 0 1-1.7L9 2.6a1.1 1.1 0 0 0-2 0Z',
  click: 'M6.2 6.2 13.5 9l-3.1 1.4L9 13.5zM5 2v1.6M2 5h1.6M2.9 2.9 4 4M7.1 2.9 6.5 3.6',
  globe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14C6 12 5.5 10 5.5 8S6 4 8 2Z',
  terminal: 'M3 4.5 6.5 8 3 11.5M8 11.5h5',
  network: 'M4.5 13V4.5M4.5 4.5 2 7M4.5 4.5 7 7M11.5 3v8.5M11.5 11.5 9 9M11.5 11.5 14 9',
  server: 'M3 3h10v4H3zM3 9h10v4H3zM5.2 5h.1M5.2 11h.1',
  trace: 'M2.5 4h6M5.5 8h6M8.5 12h5',
  flag: 'M4 14V2.5h7.5L9.8 5.3l1.7 2.7H4',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.3v3.5M8 5.2v.1',
  pulse: 'M1.8 8h2.9l2-4.8 2.6 9.6 2-4.8h2.9',
  gauge: 'M2.8 11.5a5.8 5.8 0 1 1 10.4 0M8 9.5l2.6-3.4',
  star: 'M8 2.5l1.7 3.5 3.8.5-2.8 2.6.7 3.8L8 11.1l-3.4 1.8.7-3.8L2.5 6.5 6.3 6z',
  check: 'M3 8.5 6.5 12 13 4.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  keyboard: 'M1.8 4h12.4v8H1.8zM4.3 6.5h.1M7 6.5h.1M9.7 6.5h.1M12 6.5h.1M5 9.5h6',
  skip: 'M3 4v8l5-4zM9 4v8l5-4z',
  broken: 'M2.5 3h11v4.5L11 6.2 9 9 6.5 6.8l-4 3zM2.5 12v1h11v-3',
  external: 'M9 3h4v4M13 3 7.5 8.5M11.5 9.5V13H3V4.5h3.5',
  layers: 'M8 2.5 14 5.8 8 9 2 5.8zM2 9.2l6 3.3 6-3.3',
  note: 'M3 2.5h10v7.5l-3 3.5H3zM13 10h-3v3.5M5.5 5.5h5M5.5 8h3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.3 1.6',
  list: 'M5.5 4.5h8M5.5 8h8M5.5 11.5h8M2.6 4.5h.1M2.6 8h.1M2.6 11.5h.1',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
} as const;

export type IconName = keyof typeof PATHS;

const SOLID: ReadonlySet<IconName> = new Set(['play']);

/** Decoration: a control that holds only an icon needs an `aria-label` of its own. */
export function icon(name: IconName, size = 16): SVGSVGElement {
  const path = svg('path', SOLID.has(name) ? { d: PATHS[name], fill: 'currentColor' } : { d: PATHS[name] });
  return svg(
    'svg',
    {
      class: `icon icon-${name}`,
      width: size,
      height: size,
      viewBox: '0 0 16 16',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.5,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
    },
    path,
  );
}
