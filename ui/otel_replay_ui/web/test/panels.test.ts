import { describe, expect, it } from 'vitest';
import { curlCommand, quote } from '../src/panels/curl';
import { layOut, otherAttributes } from '../src/panels/facts';
import { kindOf, labelOf, toneOf } from '../src/panels/kinds';
import { phasesOf, requestHeaders } from '../src/panels/http';
import { diffOf, reportOf, stateAt } from '../src/panels/statediff';
import { trackWindow } from '../src/panels/track';
import type { SessionEvent } from '../src/lib/types';
import { event } from './samples';

function request(attributes: Record<string, string>, more: Partial<SessionEvent> = {}): SessionEvent {
  return event('request', 0, { attributes: { 'url.full': 'https://shop.example/a', 'http.request.method': 'GET', ...attributes }, ...more });
}

describe('curlCommand', () => {
  it('repeats method, headers and body', () => {
    const command = curlCommand(request({ 'http.request.method': 'PUT', 'http.request.header.x-cart': 'c 1', 'http.request.body.content': '{"a":"it"}' }));
    expect(command).toBe(["curl", "--url 'https://shop.example/a'", '--request PUT', "--header 'x-cart: c 1'", `--data-raw '{"a":"it"}'`].join(' \\\n  '));
  });

  it.each([
    ['GET', '', ''],
    ['POST', 'x', ''],
    ['POST', '', '--request POST'],
    ['GET', 'x', '--request GET'],
    ['HEAD', '', '--head'],
    ['EventSource', '', '--no-buffer'],
  ])('says no more than it has to of %s with the body "%s"', (method, body, expected) => {
    const command = curlCommand(request({ 'http.request.method': method, 'http.request.body.content': body }))!;
    expect(/--request \w+|--head\b|--no-buffer/.exec(command)?.[0] ?? '').toBe(expected);
  });

  it.each(['file:///etc/passwd', '-o/tmp/x', 'javascript:alert(1)', '/relative', ''])('makes none of the address %j', (address) => {
    expect(curlCommand(request({ 'url.full': address }))).toBeNull();
  });

  it.each(['WebSocket', 'GET; rm -rf ~', '-K', 'get'])('makes none of the method %j', (method) => {
    expect(curlCommand(request({ 'http.request.method': method }))).toBeNull();
  });

  it('leaves out header names that are none: curl would read @name from a file', () => {
    const command = curlCommand(request({ 'http.request.header.@/etc/passwd': 'x', 'http.request.header.a b': 'y', 'http.request.header.ok': '' }));
    expect(command).toContain("--header 'ok;'");
    expect(command!.match(/--header/g)).toHaveLength(1);
  });

  it('keeps a header on one line', () => {
    expect(curlCommand(request({ 'http.request.header.a': 'b\r\nevil: c' }))).toContain("--header 'a: b evil: c'");
  });

  it('does not let brackets stand for many addresses', () => {
    expect(curlCommand(request({ 'url.full': 'https://shop.example/?a[]=1' }))).toContain('--globoff');
  });
});

describe('quote', () => {
  it.each([
    ['plain $HOME `id` "x"', `'plain $HOME \`id\` "x"'`],
    ["it's", "$'it\\'s'"],
    ['a\nb', "$'a\\nb'"],
    ['back\\slash', "$'back\\\\slash'"],
    ['wow!', "$'wow\\x21'"],
    ['\u001b[2J', "$'\\x1b[2J'"],
    ['\u202eexe', "$'\\xe2\\x80\\xaeexe'"],
    ['half \ud83d', "$'half \\xef\\xbf\\xbd'"],
    ['nul\u0000', "'nul'"],
    ['Zoë 🙂', "'Zoë 🙂'"],
  ])('%j', (text, expected) => {
    expect(quote(text)).toBe(expected);
  });
});

describe('what a request says of itself', () => {
  it('has its headers, lists of values in one line', () => {
    const headers = requestHeaders({ 'http.request.header.b': '["1","2"]', 'http.request.header.a': 'x', 'http.response.header.c': 'y', 'http.request.header.': 'z' });
    expect(headers).toEqual([['a', 'x'], ['b', '1, 2']]);
  });

  it('has its phases in order, the time before the first as waiting in the queue', () => {
    const phases = phasesOf(request({ 'browser.timing.receive': '10', 'browser.timing.dns': '5', 'browser.timing.connect': 'x' }, { duration_ms: 20 }));
    expect(phases).toEqual([{ name: 'Queue', ms: 5 }, { name: 'DNS', ms: 5 }, { name: 'Receive', ms: 10 }]);
  });

  it('has no phases where the browser told none', () => {
    expect(phasesOf(request({}, { duration_ms: 20 }))).toEqual([]);
  });
});

describe('trackWindow', () => {
  it.each([
    [0, 90, 0, 100],
    [1234, 1834, 1000, 1000],
    [0, 0, 0, 100],
    [3_600_000, 3_660_000, 3_600_000, 100_000],
  ])('from %d to %d', (first, last, from, span) => {
    expect(trackWindow(first, last)).toEqual({ from, span });
  });

  it('holds what it has to, whatever that is', () => {
    for (let index = 0; index < 500; index += 1) {
      const first = (index * 7919) % 100_000;
      const last = first + ((index * 104_729) % 50_000);
      const { from, span } = trackWindow(first, last);
      expect(from).toBeLessThanOrEqual(first);
      expect(from + span).toBeGreaterThanOrEqual(last);
    }
  });
});

describe('state changes', () => {
  const report = (offset: number, changes: string, more: Partial<SessionEvent> = {}): SessionEvent =>
    event('custom', offset, { name: 'browser.state', tab: 't', attributes: { 'browser.state.name': 'cart', 'browser.state.changes': changes }, ...more });
  const first = report(0, '{"a":"1","b":"x"}');
  const elsewhere = report(1, '{"a":"9"}', { tab: 'other' });
  const second = report(2, '{"a":"2","b":null,"c":"3"}');
  const all = [first, elsewhere, second];

  it('say what was before', () => {
    expect(diffOf(all, second)).toEqual([
      { path: 'a', before: '1', after: '2', kind: 'changed' },
      { path: 'b', before: 'x', after: null, kind: 'gone' },
      { path: 'c', before: null, after: '3', kind: 'added' },
    ]);
  });

  it('add up to the whole state', () => {
    expect([...stateAt(all, second, true)]).toEqual([['a', '2'], ['c', '3']]);
  });

  it('are read as far as they go when the limit of an attribute cut them', () => {
    const { changes, cut } = reportOf(report(0, '{"a":"say \\"hi\\"","b":null,"c":"cut o'));
    expect([[...changes], cut]).toEqual([[['a', 'say "hi"'], ['b', null]], true]);
  });

  it.each(['', '[1]', 'null', 'nonsense'])('that are none (%j) change nothing', (text) => {
    expect([...reportOf(report(0, text)).changes]).toEqual([]);
  });
});

describe('facts', () => {
  it('leave out what every record carries', () => {
    expect(otherAttributes({ 'session.id': 's', 'user.id': 'u', 'log.record.uid': 'x', a: '1', b: '2' }, ['b'])).toEqual({ a: '1' });
  });

  it.each([
    ['{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'],
    ['{"a":', '{"a":'],
    ['plain', 'plain'],
  ])('lay out %j', (text, expected) => {
    expect(layOut(text)).toBe(expected);
  });
});

describe('events in a row', () => {
  it.each(['constructor', '__proto__', 'toString', 'cart.filled'])('bear the name %s', (name) => {
    const custom = event('custom', 0, { name, title: '' });
    expect([labelOf(custom), kindOf(custom).label]).toEqual([name, 'Custom']);
  });

  it.each([
    ['browser.connectivity', { 'browser.connectivity.online': 'false' }, 'Offline'],
    ['browser.state', { 'browser.state.action': 'cart/added' }, 'cart/added'],
    ['browser.long_task', { 'browser.long_task.duration': '120' }, 'Long task, 120 ms'],
    ['browser.resource_error', { 'browser.tag_name': 'IMG', 'browser.resource.url': '/a.png' }, 'IMG did not load: /a.png'],
  ])('say what a %s is about', (name, attributes, text) => {
    expect(labelOf(event('custom', 0, { name, title: name, attributes }))).toBe(text);
  });

  it.each([
    ['TTFB', '30.300000000745058', 'TTFB 30 ms'],
    ['LCP', '1240.5', 'LCP 1.24 s'],
    ['CLS', '0.0213', 'CLS 0.021'],
    ['INP', 'much', 'INP much'],
  ])('say a %s of %s in its unit', (name, value, text) => {
    const attributes = { 'browser.web_vital.name': name, 'browser.web_vital.value': value };
    expect(labelOf(event('vital', 0, { name: 'browser.web_vital', title: `${name} ${value}`, attributes }))).toBe(text);
  });

  it.each([
    ['session.start', {}, 'Session began'],
    ['session.identify', { 'user.id': 'u-1', 'user.email': 'ada@shop.example' }, 'Identified as ada@shop.example'],
    ['session.something', {}, 'session.something'],
  ])('say what %s is of the session', (name, attributes, text) => {
    expect(labelOf(event('session', 0, { name, title: name, attributes }))).toBe(text);
  });

  it('tell clicks of the angry apart', () => {
    const rage = event('rage_click', 0, { title: 'Pay' });
    expect([labelOf(rage), toneOf(rage)]).toEqual(['Rage click: Pay', 'warn']);
  });
});
