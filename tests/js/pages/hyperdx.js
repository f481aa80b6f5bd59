/** Records its page with HyperDX' browser SDK; the receiver's address is in the page's query. */

import HyperDX from '@hyperdx/browser';

HyperDX.init({
  apiKey: 'a-key',
  service: 'hyperdx-shop',
  url: new URLSearchParams(location.search).get('otlp'),
  consoleCapture: true,
  maskAllInputs: false,
  maskAllText: false,
  tracePropagationTargets: [/./],
});
window.hyperdx = HyperDX;
