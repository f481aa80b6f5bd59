"""The snippets of the README do what they say, with the libraries that they are for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.sdk.shop import Record, Shop, shop
from tests.support.npm import bundle
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

README = Path(__file__).parents[2] / "sdk-js" / "README.md"
PAGE = """<!doctype html><title>Frameworks</title>SDK<script src="/frameworks.js"></script>
<div id="react"></div><div id="vue"></div><script>
/** Runs a snippet with these names in reach; what `result` names of it comes back. */
window.snippet = (code, names, result = 'undefined') =>
  new Function(...Object.keys(names), `${code}; return ${result}`)(...Object.values(names));
const { recordException, recordState } = otelReplay;
</script>"""


def code(title: str) -> str:
    """The block of the README that begins with a comment of this title, as a JavaScript text."""
    section = README.read_text(encoding="utf-8").partition("## Frameworks")[2].partition("\n## ")[0]
    (found,) = [
        block
        for block in re.findall(r"```js\n(.*?)```", section, re.DOTALL)
        if re.match(rf"// {title}\b", block)
    ]
    return json.dumps(found)


@pytest.fixture(scope="module")
def world(browser: Browser) -> Iterator[tuple[Shop, Page]]:
    files = {"/frameworks.js": bundle("frameworks").encode()}
    context = browser.new_context()
    with shop({"/": PAGE}, files=files) as opened:
        page = context.new_page()
        page.goto(opened.origin)
        yield opened, page
        context.close()


def states(shop: Shop, name: str) -> list[Record]:
    return [
        one for one in shop.events("browser.state") if one.attributes["browser.state.name"] == name
    ]


def failure(shop: Shop, message: str) -> Record:
    found = wait_for(
        "the error",
        lambda: [
            one
            for one in shop.events("exception")
            if one.attributes["exception.message"] == message
        ],
    )
    (only,) = found
    return only


def test_a_react_error_boundary_reports_the_component_stack(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        f"""() => {{
          const {{ React, createRoot }} = frameworks;
          const Boundary = snippet({code("React")}, {{ React, recordException }}, 'ErrorBoundary');
          const Cart = () => {{ throw new RangeError('no such kettle'); }};
          const tree = React.createElement(Boundary, {{ fallback: 'Sorry' }}, React.createElement(Cart));
          createRoot(document.querySelector('#react')).render(tree);
        }}"""  # noqa: E501
    )
    page.wait_for_function("() => document.querySelector('#react').textContent === 'Sorry'")
    error = failure(opened, "no such kettle")
    assert error.attributes["exception.type"] == "RangeError"
    assert "Cart" in error.attributes["react.component_stack"]


def test_the_error_handler_of_vue_reports_where_it_happened(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        f"""() => {{
          const app = frameworks.Vue.createApp({{
            template: '<button @click="fail">fail</button>',
            methods: {{ fail: () => {{ throw new TypeError('not in Vue'); }} }},
          }});
          snippet({code("Vue")}, {{ app, recordException }});
          app.mount('#vue');
        }}"""
    )
    page.click("#vue button")
    error = failure(opened, "not in Vue")
    assert error.attributes["vue.info"]


def test_a_redux_middleware_reports_actions_and_what_they_change(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        f"""() => {{
          const replay = snippet({code("Redux")}, {{ recordState }}, 'replay');
          const {{ applyMiddleware, createStore }} = frameworks;
          const reducer = (state = {{ count: 0, token: 'hush' }}, {{ type }}) =>
            type === 'added' ? {{ ...state, count: state.count + 1 }} : state;
          const store = createStore(reducer, applyMiddleware(replay));
          store.dispatch({{ type: 'looked' }});
          store.dispatch({{ type: 'added', sku: 'k7' }});
        }}"""
    )
    wait_for("two states", lambda: len(states(opened, "redux")) == 2)
    first, second = (one.attributes for one in states(opened, "redux"))
    assert "hush" not in str(first)
    assert "added" in second["browser.state.action"]
    assert "count" in str(second)
    assert "token" not in str(second)


def test_stores_of_zustand_and_pinia_report_their_changes(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        f"""() => {{
          const useStore = frameworks.create((set) => ({{ bears: 0 }}));
          snippet({code("Zustand")}, {{ useStore, recordState }});
          useStore.setState({{ bears: 1 }});
          useStore.setState({{ bears: 2 }});
          const {{ Vue, createPinia, defineStore }} = frameworks;
          const pinia = createPinia();
          Vue.createApp({{ render: () => null }}).use(pinia).mount(document.createElement('div'));
          snippet({code("Pinia")}, {{ pinia, recordState }});
          const cart = defineStore('cart', {{ state: () => ({{ items: ['kettle'] }}) }})(pinia);
          cart.$patch({{ items: ['kettle', 'cup'] }});
        }}"""
    )
    wait_for("the states", lambda: states(opened, "cart") and len(states(opened, "zustand")) == 2)
    assert "2" in str(states(opened, "zustand")[1].attributes)
    (cart,) = states(opened, "cart")
    assert "cup" in str(cart.attributes)
