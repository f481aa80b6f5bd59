import { readFileSync } from 'node:fs';

/** Declarations of rrweb that are written again, by name. */
const PARTS = Object.fromEntries(
  [...readFileSync(new URL('rrweb-parts.js', import.meta.url), 'utf8').matchAll(/^(?:class|function) (\w+)[^]*?^}\n/gm)].map(([text, name]) => [name, text]),
);
const accessor = (of, name) => `const ${name} = getUntaintedAccessor("${of}", "${name}");`;
const ACCESSORS = ['ownerDocument', 'childNodes', 'parentNode', 'parentElement', 'textContent', 'firstChild', 'lastChild', 'nextSibling', 'previousSibling'];

/**
 * Leaves out of rrweb what this SDK never runs, which is a fifth of it: recording of canvas commands (replaying them means
 * running recorded code, which our player refuses; src/late/canvas.ts takes pictures instead), pictures of images (asking for
 * them with CORS can stop them from loading), heads stripped of tags, and a DOM of rrweb's own that only its player has.
 *
 * Each cut names a place in the pinned version, and the build fails when one is not there.
 */
const DECLARATIONS = {
  CanvasManager: '',
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
  ...Object.fromEntries(ACCESSORS.map((name) => [name, accessor('Node', name)])),
  getUntaintedMethod: '',
  contains: '',
  shadowHostInDom: '',
  getRootShadowHost: '',
  getRootId: '',
  extractOrigin: '',
  ...PARTS,
  host: `${accessor('ShadowRoot', 'host').replace('host', 'hostOf')}\n${PARTS.host}`,
  shadowRoot: `${accessor('Element', 'shadowRoot').replace('shadowRoot', 'shadowRootOf')}\n${PARTS.shadowRoot}`,
  isBlocked: `${PARTS.Inside}const insideBlock = new Inside();\nconst insideMask = new Inside();\n${PARTS.isBlocked}`,
  Inside: undefined,
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
  // What is reached through one object otherwise, which no minifier takes apart.
  ['const index = {', 'function isElement(n)'],
  ['const URL_IN_CSS_REF', 'function absolutifyURLs'],
  // What freezes a page for a while, and a way to add events: nobody here does.
  ['  freeze() {\n    this.frozen', '  lock() {'],
  ['  const wrappedCanvasMutationEmit', '  const wrappedAdoptedStyleSheetEmit'],
  ['          canvasMutationCb: ', '          fontCb: '],
  ['    if (((_a2 = mutationBuffers[0])', '    if (inEmittingFrame) {\n      emit ='],
  ['record.addCustomEvent = ', 'record.takeFullSnapshot ='],
];

/** One text by another, for less work or fewer bytes: the comment of rrweb-parts.js says what costs. */
const EDITS = [
  [/function serializeElementNode\(n, options\) {/, 'function serializeElementNode(n, options, rootId) {'],
  [/(newlyAddedElement = false),\n    rootId\n/, '$1\n'],
  [
    /  const len = n\.attributes\.length;[^]*?\n  }\n/,
    `  for (const name of n.getAttributeNames()) {
    const value = n.getAttribute(name);
    if (!ignoreAttribute(tagName, name, value)) attributes[name] = transformAttribute(doc, tagName, toLowerCase(name), value);
  }
`,
  ],
  [/if \(customElements\.get\(tagName\)\)/, 'if (tagName.includes("-") && customElements.get(tagName))'],
  [/mutations\.forEach\(this\.processMutation\);\n *this\.emit\(\);/, '$&\ninsideBlock.clear();\ninsideMask.clear();'],
  [/while \(this\.mapRemoves\.length\) {[^]*?}/, 'this.mapRemoves.splice(0).forEach((n) => this.mirror.removeNodeFromMap(n));'],
  [/serializeNodeWithId\(n, {\n *doc: this\.doc,[^]*?cssCaptured\n *}\)/, 'serializeNodeWithId(n, cssCaptured ? { ...this.nodeOptions, cssCaptured } : this.nodeOptions)'],
  [
    'Object.assign(this, options);',
    `Object.assign(this, options);
    this.nodeOptions = {
      ...options,
      skipChild: true,
      newlyAddedElement: true,
      onSerialize: (n) => {
        if (isSerializedIframe(n, this.mirror)) this.iframeManager.addIframe(n);
        if (isSerializedStylesheet(n, this.mirror)) this.stylesheetManager.trackLinkElement(n);
        if (hasShadowRoot(n)) this.shadowDomManager.addShadowRoot(shadowRoot(n), this.doc);
      },
      onIframeLoad: (iframe, node) => {
        this.iframeManager.attachIframe(iframe, node);
        this.shadowDomManager.observeAttachShadow(iframe);
      },
      onStylesheetLoad: (link, node) => this.stylesheetManager.attachLinkElement(link, node),
    };`,
  ],
  // Of one batch, all changes of a parent's children have the same answer; texts have no children.
  [/isBlocked\(m\.target, this\.blockClass, this\.blockSelector, true\)/, 'insideBlock.has(m.target, this.blockSelector)'],
  [/if \(!isBlocked\(n, this\.blockClass, this\.blockSelector, false\)\) {\n *childNodes\(n\)\.forEach\(\(childN\) => this\.genAdds\(childN\)\);/, 'if (n.nodeType !== 3 && !isBlocked(n, "", this.blockSelector, false)) {\nfor (let child = firstChild(n); child; child = nextSibling(child)) this.genAdds(child);'],
  // More at once than the page can be asked to wait for: counted, and left out.
  ['let parentNode2 = null;', 'const storm = this.addedSet.size > 300000 ? this.addedSet.size : 0;\nif (storm) this.addedSet.clear();\n$&'],
  [/removes: this\.removes,\n *adds\n/, 'removes: this.removes,\nadds,\n...(storm && { storm })\n'],
  ['!payload.adds.length', '!payload.adds.length && !storm'],
  [/if \(n instanceof BaseRRNode[^]*?}/, ''],
  ['this.frozen || this.locked', 'this.locked'],
  [/canvasManager = new CanvasManager\([^]*?\);/, ''],
  [/const maskInputOptions = maskAllInputs === true \?[^]*?};/, 'const maskInputOptions = _maskInputOptions;'],
];

function cutDeclaration(source, [name, replacement]) {
  if (replacement === undefined) return source;
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

function edit(source, [from, to]) {
  const changed = source.replace(from, to);
  if (changed === source) throw missing(String(from));
  return changed;
}

function missing(what) {
  return new Error(`build/rrweb.mjs: '${what}' is not in this version of @rrweb/record: look at the cuts again.`);
}

/** Members of rrweb's objects that neither its options, nor its events, nor the browser know. */
const INTERNAL = /^(?:\w+Cb|\w+Manager|(?:map|moved|removes|attribute|added|dropped|processed|crossOrigin|unattached|tracked|idNode|nodeMeta|style)[A-Z]\w*|bypassOptions|wrappedEmit|restoreHandlers|loadListener|inOtherBuffer|processMutations?|gen(?:Adds|TextAreaValueMutation)|(?:attach|add|track)(?:Iframe|LinkElement|LoadListener|ShadowRoot|StylesheetInLinkElement)|adoptStyleSheets|observeAttachShadow|replaceIds?(?:OnNode)?|replaceStyleIds|patchRootIdOnNode|transformCrossOriginEvent|removeNodeFromMap|getMeta|hasNode|needsMask|skipChild|newlyAddedElement|cssCaptured|on(?:Serialize|IframeLoad|StylesheetLoad)|(?:iframe|stylesheet)LoadTimeout|preserveWhiteSpace|nodeOptions|idNodeMap|testable\w+|iframe(?:Remote)?IdTo\w+|get(?:Remote|IdTo)\w+|idStyleMap|shadowDoms|patchAttachShadow|generateIdFn|mousemoveCallback|recordCrossOriginIframesInner|untainted\w+|styleDiff|_unchangedStyles)$/;
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
  const edited = EDITS.reduce(edit, lean.replace(/\bindex\.(?=[a-zA-Z]+\()/g, ''));
  // The helper defines fields by name, which no minifier shortens; assignment does the same here.
  // Nobody records canvases this way.
  const withoutCanvases = edited.replace(/^ *(?:this\.canvasManager\.\w+\(\)|canvasManager|let canvasManager)[,;]\n/gm, '');
  return withoutCanvases.replace(/__publicField\(this, "(\w+)"\);/g, '').replace(/__publicField\(this, "(\w+)", /g, 'this.$1 = (');
}
