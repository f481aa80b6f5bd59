/**
 * Declarations of rrweb 2.1.6 written again, each under its own name, to do the same for less: these are what runs for every node of
 * a page. build/rrweb.mjs puts them in place of rrweb's (MIT licence, https://github.com/rrweb-io/rrweb). Not a module: what they use
 * lies beside them there.
 *
 * What costs in rrweb, and is left out here: an object with twenty options for each node; fields that are deleted, which makes slow
 * objects of fast ones; the whole recorded node kept for its id; lists of children and of attributes that browsers keep once they
 * were asked for; `closest` for each node, where all nodes of a parent have the same answer; names of classes beside selectors.
 */

/** A getter as the browser has it, whatever the page did to the prototype. */
function getUntaintedAccessor(key, accessor) {
  let getter;
  return (n) => {
    getter ??= Object.getOwnPropertyDescriptor(getUntaintedPrototype(key), accessor)?.get ?? function () { return this[accessor]; };
    return getter.call(n);
  };
}

function getRootNode(n) {
  return getUntaintedPrototype("Node").getRootNode.call(n);
}

function getShadowHost(n) {
  const root = getRootNode(n);
  return root.nodeType === 11 ? host(root) : null;
}

function host(n) {
  return n && "host" in n ? hostOf(n) : null;
}

function shadowRoot(n) {
  return n && n.nodeType === 1 ? shadowRootOf(n) : null;
}

function isShadowRoot(n) {
  const hostEl = n && n.nodeType === 11 && host(n);
  return Boolean(hostEl && shadowRoot(hostEl) === n);
}

function inDom(n) {
  return n.isConnected;
}

/** Addresses of style sheets from their own; those of fragments mean the page, whichever that is. */
function absolutifyURLs(cssText, href) {
  return (cssText || "").replace(/url\((?:(')([^']*)'|(")(.*?)"|([^)]*))\)/g, (whole, quote1, path1, quote2, path2, path3) => {
    const path = path1 || path2 || path3;
    if (!path || /^(?:#|data:|www\.|(?:[a-z+]+:)?\/\/)/i.test(path)) return whole;
    const quote = quote1 || quote2 || "";
    try {
      return `url(${quote}${new URL(path, href).href}${quote})`;
    } catch {
      return whole;
    }
  });
}

function extractFileExtension(path) {
  return /\.css(?:[?#]|$)/i.test(path) ? "css" : null;
}

class Mirror {
  constructor() {
    this.reset();
  }
  getId(n) {
    return (n && this.nodeMetaMap.get(n)) ?? -1;
  }
  getNode(id) {
    return this.idNodeMap.get(id) || null;
  }
  getMeta(n) {
    return this.nodeMetaMap.get(n);
  }
  removeNodeFromMap(n) {
    this.idNodeMap.delete(this.getId(n));
    for (let child = firstChild(n); child; child = nextSibling(child)) this.removeNodeFromMap(child);
  }
  has(id) {
    return this.idNodeMap.has(id);
  }
  hasNode(node) {
    return this.nodeMetaMap.has(node);
  }
  add(n, { id }) {
    this.idNodeMap.set(id, n);
    this.nodeMetaMap.set(n, id);
  }
  replace(id, n) {
    const oldNode = this.getNode(id);
    if (oldNode) this.nodeMetaMap.set(n, this.getId(oldNode));
    this.idNodeMap.set(id, n);
  }
  reset() {
    this.idNodeMap = new Map();
    this.nodeMetaMap = new WeakMap();
  }
}

/** Parents of the batch under way that lie inside what a selector names; nothing of the page changes during it. */
class Inside {
  constructor() {
    this.clear();
  }
  clear() {
    this.known = new Map();
  }
  has(node, selector) {
    const el = closestElementOfNode(node);
    if (!el || !selector) return false;
    const parent = parentElement(el);
    if (parent && !this.known.has(parent)) this.known.set(parent, parent.closest(selector) !== null);
    return this.known.get(parent) === true || el.matches(selector);
  }
}

function isBlocked(node, blockClass, blockSelector, checkAncestors) {
  const el = closestElementOfNode(node);
  if (!el || !blockSelector) return false;
  return checkAncestors ? el.closest(blockSelector) !== null : el.matches(blockSelector);
}

function _isBlockedElement(element, blockClass, blockSelector) {
  return Boolean(blockSelector) && element.matches(blockSelector);
}

function needMaskingText(node, maskTextClass, maskTextSelector, checkAncestors) {
  if (checkAncestors) return insideMask.has(node, maskTextSelector);
  return isBlocked(node, "", maskTextSelector, false);
}

function serializeNode(n, options, needsMask) {
  const docId = options.mirror.getId(options.doc);
  const rootId = docId > 1 ? docId : undefined;
  switch (n.nodeType) {
    case 1:
      return serializeElementNode(n, options, rootId);
    case 3:
      return serializeTextNode(n, options, rootId, needsMask);
    case 4:
      return { type: 4, textContent: "", rootId };
    case 8:
      return { type: 5, textContent: textContent(n) || "", rootId };
    case 9:
      return n.compatMode === "CSS1Compat" ? { type: 0, childNodes: [] } : { type: 0, childNodes: [], compatMode: n.compatMode };
    case 10:
      return { type: 1, name: n.name, publicId: n.publicId, systemId: n.systemId, rootId };
    default:
      return false;
  }
}

function serializeTextNode(n, { doc, cssCaptured, maskTextFn }, rootId, needsMask) {
  const parent = parentNode(n);
  const tag = parent && parent.tagName;
  let text = "";
  if (tag === "SCRIPT") text = "SCRIPT_PLACEHOLDER";
  else if (!cssCaptured) {
    text = textContent(n) || "";
    if (tag === "STYLE") text = text && absolutifyURLs(text, getHref(doc));
    else if (needsMask && text) text = maskTextFn ? maskTextFn(text, parentElement(n)) : text.replace(/\S/g, "*");
  }
  return { type: 3, textContent: text, rootId };
}

function serializeNodeWithId(n, options) {
  const { doc, mirror: mirror2, skipChild, onSerialize, onIframeLoad, onStylesheetLoad } = options;
  let { needsMask } = options;
  // Of an element without its children nobody asks.
  if (!needsMask && (!skipChild || n.nodeType === 3 || n.nodeName === "IFRAME")) needsMask = needMaskingText(n, "", options.maskTextSelector, needsMask === undefined);
  const sn = serializeNode(n, options, needsMask);
  if (!sn) return null;
  const excluded = sn.type === 5 && options.slimDOMOptions.comment;
  const id = mirror2.hasNode(n) ? mirror2.getId(n) : excluded ? IGNORED_NODE : genId();
  sn.id = id;
  mirror2.add(n, sn);
  if (id === IGNORED_NODE) return null;
  if (onSerialize) onSerialize(n);
  const isElementNode = sn.type === 2;
  const shadow = isElementNode ? shadowRoot(n) : null;
  if (shadow && isNativeShadowDom(shadow)) sn.isShadowHost = true;
  const { tagName, attributes, needBlock } = sn;
  sn.needBlock = undefined;
  if (!skipChild && !needBlock && (isElementNode || sn.type === 0)) {
    const hasCss = isElementNode && typeof attributes._cssText === "string";
    const same = options.needsMask === needsMask && !options.newlyAddedElement && !options.cssCaptured && !hasCss;
    const inner = same ? options : { ...options, needsMask, newlyAddedElement: false, cssCaptured: hasCss };
    const addChildren = (of, isShadow) => {
      for (let child = firstChild(of); child; child = nextSibling(child)) {
        const childNode = serializeNodeWithId(child, isShadow ? { ...inner, cssCaptured: false } : inner);
        if (!childNode) continue;
        if (isShadow && isNativeShadowDom(of)) childNode.isShadow = true;
        sn.childNodes.push(childNode);
      }
    };
    if (tagName !== "textarea" || attributes.value === undefined) addChildren(n);
    if (shadow) addChildren(shadow, true);
  }
  const parent = parentNode(n);
  if (parent && isShadowRoot(parent) && isNativeShadowDom(parent)) sn.isShadow = true;
  const later = (of) => serializeNodeWithId(of, { ...options, doc: of === n ? doc : of, needsMask, skipChild: false, newlyAddedElement: false, cssCaptured: false });
  if (tagName === "iframe") {
    onceIframeLoaded(n, () => {
      const iframeDoc = n.contentDocument;
      const node = iframeDoc && onIframeLoad && later(iframeDoc);
      if (node) onIframeLoad(n, node);
    }, 5000);
  }
  if (tagName === "link" && (attributes.rel === "stylesheet" || (attributes.rel === "preload" && typeof attributes.href === "string" && extractFileExtension(attributes.href) === "css"))) {
    onceStylesheetLoaded(n, () => {
      const node = onStylesheetLoad && later(n);
      if (node) onStylesheetLoad(n, node);
    }, 5000);
  }
  return sn;
}

function snapshot(n, { maskAllInputs, slimDOM, ...options }) {
  return serializeNodeWithId(n, { ...options, doc: n, maskInputOptions: maskAllInputs, slimDOMOptions: slimDOM });
}
