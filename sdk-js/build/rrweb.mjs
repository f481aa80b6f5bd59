/**
 * Leaves out of rrweb what this SDK never runs, which is a fifth of it: recording of canvas commands (replaying them means
 * running recorded code, which our player refuses; src/late/canvas.ts takes pictures instead), pictures of images (asking for
 * them with CORS can stop them from loading), heads stripped of tags, and a DOM of rrweb's own that only its player has.
 *
 * Each cut names a place in the pinned version, and the build fails when one is not there.
 */
const DECLARATIONS = {
  CanvasManager: 'class CanvasManager{freeze(){}unfreeze(){}lock(){}unlock(){}reset(){}}',
  BaseRRNode: 'class BaseRRNode{}',
  initCanvas2DMutationObserver: '',
  initCanvasContextObserver: '',
  initCanvasWebGLMutationObserver: '',
  patchGLPrototype: '',
  serializeArg: '',
  WorkerWrapper: '',
  slimDOMExcluded: 'function slimDOMExcluded(sn, o) { return o.comment && sn.type === NodeType.Comment; }',
  // Tells apart the pieces of a style sheet that lies in several text nodes; without it all of it is in the first.
  splitCssText: 'function splitCssText(cssText) { return [cssText]; }',
  getAbsoluteSrcsetString:
    'function getAbsoluteSrcsetString(doc, value) { return value.split(/,\\s+/).map((one) => { const [url, ...size] = one.trim().split(/\\s+/); return [absoluteToDoc(doc, url), ...size].join(" "); }).join(", "); }',
  // Classes by expression, which our options do not have.
  classMatchesRegex: 'function classMatchesRegex() { return false; }',
  getWindowScroll: 'function getWindowScroll(win) { return { left: win.scrollX, top: win.scrollY }; }',
  getWindowHeight: 'function getWindowHeight() { return innerHeight; }',
  getWindowWidth: 'function getWindowWidth() { return innerWidth; }',
  mergeHooks: 'function mergeHooks() {}',
  polyfill: 'function polyfill() {}',
  slimDOMDefaults: 'function slimDOMDefaults(o) { return o || {}; }',
};

/** From one text up to the next, which stays. */
const RANGES = [
  ['  if (tagName === "canvas" && recordCanvas) {', '  if (["audio", "video"].includes(tagName)) {'],
  ['const DEPARTED_MIRROR_ACCESS_WARNING', 'function throttle('],
  ['try {\n  if (Array.from([1]', 'const mirror = createMirror();'],
  ['const jsContent = ', 'class '],
  // Plugins, packing and checkpoints by rrweb's own clocks.
  ['  const eventProcessor = (e) => {', '  wrappedEmit = (r, isCheckout) => {'],
  ['    if (e.type === EventType.FullSnapshot) {\n      lastFullSnapshotEvent = e;', '  const wrappedMutationEmit'],
  ['  for (const plugin of plugins || []) {\n    if (plugin.getMirror)', '  const processedNodeManager'],
  ['  const pluginHandlers = [];', '  return callbackWrapper(() => {\n    mutationBuffers.forEach((b) => b.reset());'],
  ['          plugins: ((_a2 = plugins', '        },\n        hooks'],
];

function cutDeclaration(source, [name, replacement]) {
  const start = source.search(new RegExp(`^(class|function) ${name}\\b`, 'm'));
  const length = source.slice(start).search(/^}\n/m);
  if (start < 0 || length < 0) throw missing(name);
  return `${source.slice(0, start)}${replacement}\n${source.slice(start + length + 2)}`;
}

function cutRange(source, [from, to]) {
  const start = source.indexOf(from);
  const end = source.indexOf(to, start);
  if (start < 0 || end < 0) throw missing(from);
  return source.slice(0, start) + source.slice(end);
}

function missing(what) {
  return new Error(`build/rrweb.mjs: '${what}' is not in this version of @rrweb/record: look at the cuts again.`);
}

/** Members of rrweb's objects that neither its options, nor its events, nor the browser know. */
const INTERNAL = /^(?:\w+Cb|\w+Manager|(?:map|moved|removes|attribute|added|dropped|processed|crossOrigin|unattached|tracked|idNode|nodeMeta|style)[A-Z]\w*|bypassOptions|wrappedEmit|restoreHandlers|loadListener|inOtherBuffer|processMutations?|gen(?:Adds|TextAreaValueMutation)|(?:attach|add|track)(?:Iframe|LinkElement|LoadListener|ShadowRoot|StylesheetInLinkElement)|adoptStyleSheets|observeAttachShadow|replaceIds?(?:OnNode)?|replaceStyleIds|patchRootIdOnNode|transformCrossOriginEvent|removeNodeFromMap|getMeta|hasNode|needsMask|skipChild|newlyAddedElement|cssCaptured|on(?:Serialize|IframeLoad|StylesheetLoad)|(?:iframe|stylesheet)LoadTimeout|preserveWhiteSpace|testable\w+|iframe(?:Remote)?IdTo\w+|get(?:Remote|IdTo)\w+|idStyleMap|shadowDoms|patchAttachShadow|generateIdFn|mousemoveCallback|recordCrossOriginIframesInner|untainted\w+|styleDiff|_unchangedStyles)$/;
/** Fields of events, and a function found by its name. */
const NOT_INTERNAL = ['styleId', 'styleIds', 'styles', 'processMutations'];

export function internalNames(source) {
  return [...new Set(source.match(/\w+/g))].filter((name) => INTERNAL.test(name) && !NOT_INTERNAL.includes(name));
}

/** `Enum.Member` becomes its number; the enums that are only read this way go. */
function inlineEnums(source) {
  const values = [...source.matchAll(/(\w+)2\[\w+\["(\w+)"\] = (\d+)\]/g)].map(([, name, member, value]) => [`${name}.${member}`, value]);
  if (values.length < 40) throw missing('the enums');
  const map = new Map(values);
  return source.replace(/\b(EventType|IncrementalSource|NodeType|MediaInteractions|MouseInteractions|PointerTypes|CanvasContext)\.(\w+)/g, (whole) => map.get(whole) ?? whole);
}

export function trimmed(source) {
  const declared = Object.entries(DECLARATIONS).reduce(cutDeclaration, source);
  const cut = inlineEnums(RANGES.reduce(cutRange, declared));
  const bare = cut.replace(/eventProcessor\(e\)/g, 'e').replace('    pluginHandlers.forEach((h) => h());\n', '').replace('const wrappedMutationEmit', '};\n  const wrappedMutationEmit');
  const copied = bare.replace(/\[\s*"mutationCb",[^\]]*\]\.forEach\(\(key\) => \{\s*this\[key\] = options\[key\];\s*\}\);/, 'Object.assign(this, options);');
  if (copied === bare) throw missing('MutationBuffer.init');
  // Options of what was cut, handed down from function to function, each on a line of its own.
  const lean = copied.replace(/^ *(?:dataURLOptions|inlineImages|recordCanvas|checkoutEveryNms|checkoutEveryNth|packFn|plugins|let lastFullSnapshotEvent;|let incrementalSnapshotCount)(?: = [^,\n]*|: [^,\n]*)?,?\n/gm, '');
  // The helper defines fields by name, which no minifier shortens; assignment does the same here.
  return lean.replace(/__publicField\(this, "(\w+)"\);/g, 'this.$1 = void 0;').replace(/__publicField\(this, "(\w+)", /g, 'this.$1 = (');
}
