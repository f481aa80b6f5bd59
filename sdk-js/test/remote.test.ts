import { expect, test } from 'vitest';

import type { Options } from '../src/index';
import { lower, type RemoteSettings } from '../src/remote/settings';

const PAGE = { endpoint: 'https://otel.test', serviceName: 'shop' };

test.each<[string, Partial<Options>, RemoteSettings, Partial<Options>]>([
  ['a lower rate', { sampleRate: 0.5 }, { sampleRate: 0.2 }, { sampleRate: 0.2 }],
  ['a higher rate', { sampleRate: 0.5 }, { sampleRate: 0.7 }, { sampleRate: 0.5 }],
  ['a rate that is none', {}, { sampleRate: '0' }, {}],
  ['a negative rate', {}, { sampleRate: -1 }, {}],
  ['a stricter mode than the default', {}, { privacy: 'strict' }, { privacy: 'strict' }],
  ['a stricter mode', { privacy: 'open' }, { privacy: 'balanced' }, { privacy: 'balanced' }],
  ['a more open mode', { privacy: 'strict' }, { privacy: 'balanced' }, { privacy: 'strict' }],
  ['a mode that is none', { privacy: 'open' }, { privacy: 'closed' }, { privacy: 'open' }],
  ['errors only', {}, { recordReplay: 'on-error' }, { recordReplay: 'on-error' }],
  ['errors only, where nothing is recorded', { recordReplay: false }, { recordReplay: 'on-error' }, { recordReplay: false }],
  ['no recording, instead of errors only', { recordReplay: 'on-error' }, { recordReplay: false }, { recordReplay: false }],
  ['recording, where there is none', { recordReplay: false }, { recordReplay: true }, { recordReplay: false }],
  ['no console, requests and canvases', { recordCanvas: 2 }, { captureConsole: false, captureNetwork: false, recordCanvas: false }, { captureConsole: false, captureNetwork: false, recordCanvas: false }],
  ['console, requests and canvases', { captureConsole: false }, { captureConsole: true, captureNetwork: true, recordCanvas: true }, { captureConsole: false }],
  ['consent', { requireConsent: true }, { requireConsent: false } as RemoteSettings, { requireConsent: true }],
])('the receiver lowers and never raises: %s', (_, options, remote, expected) => {
  expect(lower({ ...PAGE, ...options }, remote)).toEqual({ ...PAGE, ...expected });
});
