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

APP = """<div id="app"></div><script>{bundle}</script>"""

PAGES: Final = {
    "editor with 10,000 rows": EDITOR,
    "chart on canvas": CHART,
    "payment form": PAYMENT,
    "shadow DOM and adopted sheets": SHADOW,
    "frames and scrolled boxes": FRAMES,
}
