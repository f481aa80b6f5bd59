"""Pages that are hard to record, each with what its visitor does before the picture is taken."""

from __future__ import annotations

from typing import Final

HEAD: Final = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.4 sans-serif; margin: 16px }} td {{ border: 1px solid #999 }}</style>
{sdk}</head><body>{body}</body></html>"""

EDITOR = """<table id="rows"></table><script>
const rows = document.querySelector('#rows');
for (let i = 0; i < 10000; i++) {
  const row = rows.insertRow();
  ['row', i, i * i % 997].forEach((text) => (row.insertCell().textContent = text));
}
window.act = () => {
  for (let i = 0; i < 10000; i += 3) rows.rows[i].cells[0].textContent = 'edited ' + i;
  rows.rows[2].style.background = 'gold';
  rows.deleteRow(1);
  scrollTo(0, 1500);
};</script>"""

CHART = """<canvas id="chart" width="600" height="300"></canvas><p>sales</p><script>
const context = document.querySelector('#chart').getContext('2d');
const draw = (factor) => {
  context.fillStyle = '#fff'; context.fillRect(0, 0, 600, 300);
  for (let i = 0; i < 12; i++) {
    context.fillStyle = `hsl(${i * 30} 80% 50%)`;
    context.fillRect(i * 50 + 5, 300 - i * factor, 40, i * factor);
  }
};
draw(8);
window.act = () => draw(22);</script>"""

PAYMENT = """<form><label>Name <input id="name"></label><br>
<label>Card <input id="card" autocomplete="cc-number"></label><br>
<label>Month <select id="month"><option>January<option>February</select></label><br>
<label><input type="checkbox" id="save"> Save</label>
<label><input type="radio" name="r" checked> A</label>
<label><input type="radio" name="r" id="b"> B</label><br>
<progress value="0.3"></progress> <meter value="0.6"></meter><br><button>Pay</button></form>
<style>input, select { color: transparent !important; caret-color: transparent }</style>
<script>window.act = () => {
  name.value = 'Ada'; document.querySelector('#card').value = '4111111111111111';
  document.querySelector('#save').click(); document.querySelector('#b').click();
  document.querySelector('progress').value = 0.8;
};</script>"""

SHADOW = """<my-card>light <b>text</b></my-card><div id="adopted"></div><script>
customElements.define('my-card', class extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = '<style>p { color: white; background: teal; padding: 20px }</style>'
      + '<p>in the shadow: <slot></slot></p>';
  }
});
const sheet = new CSSStyleSheet();
sheet.replaceSync('.box { background: orange; width: 200px; height: 80px }');
document.adoptedStyleSheets = [sheet];
window.act = () => {
  document.querySelector('#adopted').className = 'box';
  sheet.insertRule('.box { border: 5px solid navy }');
  document.querySelector('my-card').shadowRoot.querySelector('p').append(' and changed');
  const style = document.head.appendChild(document.createElement('style'));
  style.sheet.insertRule('b { color: yellow; font-size: 30px }');
};</script>"""

FRAMES = """<iframe id="inner" srcdoc="<style>body { background: lavender }</style>
<div style='height: 900px'>top</div><p id='end'>the end</p>" width="400" height="200"></iframe>
<div id="box" style="height: 120px; width: 300px; overflow: auto">
<div style="height: 600px; background: linear-gradient(red, blue)"></div></div>
<script>window.act = () => {
  const inner = document.querySelector('#inner').contentWindow;
  inner.scrollTo(0, 400);
  inner.document.querySelector('#end').style.color = 'red';
  document.querySelector('#box').scrollTop = 300;
};</script>"""

FRAMEWORKS = '<div id="app"></div><script src="/frameworks.js"></script>'

REACT = """<script>
const { React, createRoot } = frameworks;
const { createElement: h, useState, useLayoutEffect } = React;
const Row = ({ name, done, toggle }) => h('li', { style: { color: done ? 'gray' : 'navy' } },
  h('label', null, h('input', { type: 'checkbox', checked: done, onChange: toggle }), ' ', name));
const App = () => {
  const [rows, setRows] = useState(Array.from({ length: 12 }, (_, i) => ({ name: 'Task ' + i, done: i % 3 === 0 })));
  const [open, setOpen] = useState(false);
  const toggle = (at) => setRows(rows.map((row, i) => (i === at ? { ...row, done: !row.done } : row)));
  useLayoutEffect(() => {
    window.act = () => { setRows([{ name: 'First of all', done: false }, ...rows.slice(4).reverse()]); setOpen(true); };
  });
  return h(React.StrictMode, null, h('h2', null, rows.filter(({ done }) => !done).length, ' to do'),
    h('ul', null, rows.map((row, i) => h(Row, { ...row, key: row.name, toggle: () => toggle(i) }))),
    open && h('p', { style: { background: 'gold', padding: 12 } }, 'A panel that was not there'));
};
createRoot(document.querySelector('#app')).render(h(App));
</script>"""  # noqa: E501

VUE = """<script>
const { createApp, nextTick } = frameworks.Vue;
const app = createApp({
  data: () => ({ rows: Array.from({ length: 12 }, (_, i) => i), tab: 'list', size: 16 }),
  template: `<h2 :style="{ fontSize: size + 'px' }">{{ rows.length }} rows</h2>
    <Transition name="none"><ul v-if="tab === 'list'" key="list"><li v-for="row in rows" :key="row">Row {{ row }}</li></ul>
    <table v-else key="table"><tr v-for="row in rows" :key="row"><td>Row</td><td>{{ row * row }}</td></tr></table></Transition>
    <Teleport to="body"><p v-show="size > 20" style="background: palegreen; padding: 12px">Somewhere else</p></Teleport>`,
}).mount('#app');
window.act = async () => {
  app.rows = app.rows.filter((row) => row % 2).reverse().concat(100);
  app.size = 30;
  await nextTick();
  app.tab = 'table';
};
</script>"""  # noqa: E501

RIGHT_TO_LEFT = """<div dir="rtl" lang="ar"><h2>مرحبا بالعالم</h2><p>النص يبدأ من اليمين ويحتوي على
<b>كلمات عريضة</b> و English words وأرقام 1234.</p><ul><li>أولا<li>ثانيا</ul>
<input value="بحث" style="width: 200px; color: transparent"><table><tr><td>سعر<td>١٢٣</table></div>
<p dir="auto" id="grows">שלום עולם</p><div id="strip" dir="rtl" style="width: 300px; overflow: auto">
<div style="width: 900px; height: 60px; background: linear-gradient(to left, teal, gold)"></div></div>
<script>window.act = () => {
  document.querySelector('#grows').append(' — 42 — נוסף');
  document.querySelector('#strip').scrollLeft = -250;
  document.querySelector('li').textContent = 'تغير';
};</script>"""  # noqa: E501

DRAWING = """<svg width="420" height="260" viewBox="0 0 420 260" xmlns="http://www.w3.org/2000/svg"><defs>
<linearGradient id="sky"><stop offset="0" stop-color="navy"/><stop offset="1" stop-color="plum"/>
</linearGradient><clipPath id="round"><circle cx="90" cy="90" r="70"/></clipPath></defs>
<rect width="420" height="260" fill="url(#sky)"/>
<g clip-path="url(#round)"><rect x="20" y="20" width="140" height="140" fill="gold"/></g>
<path id="line" d="M180 200 L230 120 L280 180 L340 60" fill="none" stroke="white" stroke-width="6"/>
<text x="190" y="240" fill="white" font-size="20">curve</text></svg><script>window.act = () => {
  document.querySelector('#line').setAttribute('d', 'M180 60 L230 180 L280 80 L380 220');
  const dot = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
  Object.entries({ cx: 380, cy: 220, r: 14, fill: 'tomato' }).forEach(([k, v]) => dot.setAttribute(k, v));
  document.querySelector('svg').append(dot);
};</script>"""  # noqa: E501

LAYOUT = """<style>
.board { display: grid; grid-template: auto 1fr / 160px 1fr 1fr; gap: 12px; height: 420px; container-type: inline-size }
.board > * { border-radius: 10px; padding: 12px; background: color-mix(in srgb, var(--tone, steelblue) 60%, white) }
.bar { grid-column: 1 / -1; position: sticky; display: flex; justify-content: space-between }
.bar:has(.on) { --tone: tomato } .card { --tone: seagreen; & b { text-decoration: underline } }
.card::before { content: counter(n) '. '; counter-increment: n } .board { counter-reset: n }
@container (max-width: 700px) { .card { --tone: goldenrod } } @media (width > 2000px) { .card { display: none } }
</style><div class="board"><div class="bar"><span>left</span><span id="mark">right</span></div>
<div class="card"><b>one</b></div><div class="card"><b>two</b></div></div>
<script>window.act = () => {
  document.querySelector('#mark').className = 'on';
  const card = document.querySelector('.board').appendChild(document.querySelector('.card').cloneNode(true));
  card.querySelector('b').textContent = 'three'; card.style.setProperty('--tone', 'orchid');
  document.querySelector('.board').style.width = '640px';
};</script>"""  # noqa: E501

DIALOGS = """<details id="more"><summary>More</summary><p>hidden before</p></details>
<p>text behind <mark>a dialog</mark></p><dialog id="ask" style="width: 320px"><h3>Sure?</h3>
<form method="dialog"><button>Yes</button></form></dialog>
<div id="tip" style="position: absolute; left: 420px; top: 120px; padding: 8px; background: khaki" hidden>a tip</div>
<style>dialog::backdrop { background: rgb(0 0 0 / 50%) } button { outline: none !important }</style>
<script>window.act = () => {
  document.querySelector('#more').open = true;
  document.querySelector('#ask').showModal();
  document.activeElement.blur();
  document.querySelector('#tip').hidden = false;
};</script>"""  # noqa: E501

PICTURES = """<img id="first" width="120" height="80" alt="a square" src="{square}">
<picture><source media="(width < 10px)" srcset="x.png"><img width="120" height="80" src="{round}"></picture>
<div style="width: 250px; height: 100px; background: url('{square}') 0 0 / 50px, lightgray"></div>
<p style="font: 24px serif; columns: 2; text-align: justify; hyphens: auto">Long texts are set in columns, with a
<i>first</i> line, a <sup>small</sup> one, <code>code</code> &amp; entities: &lt;b&gt; &copy; — “quotes” 🙂 e\u0301.</p>
<script>window.act = () => {{
  document.querySelector('#first').src = '{round}';
  document.querySelector('p').style.letterSpacing = '1px';
}};</script>"""  # noqa: E501
_SVG = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' width='60' height='40'%3E{}%3C/svg%3E"
)
_SQUARE = _SVG.format("%3Crect width='60' height='40' fill='crimson'/%3E").replace("'", "%27")
_ROUND = _SVG.format("%3Cellipse cx='30' cy='20' rx='30' ry='20' fill='teal'/%3E").replace(
    "'", "%27"
)

PAGES: Final = {
    "editor with 10,000 rows": EDITOR,
    "chart on canvas": CHART,
    "payment form": PAYMENT,
    "shadow DOM and adopted sheets": SHADOW,
    "frames and scrolled boxes": FRAMES,
    "right-to-left text": RIGHT_TO_LEFT,
    "drawing in SVG": DRAWING,
    "grid, container queries and nesting": LAYOUT,
    "dialog, details and tip": DIALOGS,
    "React": FRAMEWORKS + REACT,
    "Vue": FRAMEWORKS + VUE,
    "pictures and set text": PICTURES.format(square=_SQUARE, round=_ROUND),
}
