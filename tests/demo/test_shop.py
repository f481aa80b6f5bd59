"""What a customer of the demo shop sees."""

from __future__ import annotations

import re

import pytest

from tests.demo.conftest import Shop

FORM = {"name": "Ada Byron", "email": "ada@shop.example", "address": "Quay 1", "coupon": ""}


def test_front_page_lists_eight_products(shop: Shop) -> None:
    page = shop.customer().get(f"{shop.address}/").text
    assert len(re.findall(r"data-add=", page)) == 8
    assert "Harbour Mug" in page


def test_pages_load_the_browser_sdk_from_the_shop_itself(shop: Shop) -> None:
    customer = shop.customer()
    page = customer.get(f"{shop.address}/products/mug").text
    (tag,) = re.findall(r"<script[^>]*otel\.js[^>]*>", page)
    assert f'data-endpoint="{shop.collector.endpoint}"' in tag
    script = customer.get(f"{shop.address}/static/otel.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "otelReplay" in script.text
    assert customer.get(f"{shop.address}/static/otel.js.map").json()["version"] == 3


@pytest.mark.parametrize(
    ("coupon", "paid"), [("", "€30.00"), ("MORNING", "€27.00"), (" morning ", "€27.00")]
)
def test_order_is_confirmed_with_what_was_paid(shop: Shop, coupon: str, paid: str) -> None:
    customer = shop.customer()
    for _ in range(2):
        customer.post(f"{shop.address}/api/basket/beans").raise_for_status()
    placed = customer.post(f"{shop.address}/api/orders", json={**FORM, "coupon": coupon})
    assert placed.status_code == 201
    page = customer.get(shop.address + placed.json()["page"]).text
    assert "2 × North Quay Beans" in page
    assert paid in page
    assert 'id="basket-count">0<' in page


def test_order_is_shown_to_its_customer_only(shop: Shop) -> None:
    customer = shop.customer()
    customer.post(f"{shop.address}/api/basket/mug").raise_for_status()
    page = shop.address + customer.post(f"{shop.address}/api/orders", json=FORM).json()["page"]
    assert customer.get(page).status_code == 200
    assert shop.customer().get(page).status_code == 404


def test_sold_out_product_is_refused_and_takes_no_stock(shop: Shop) -> None:
    customer = shop.customer()
    customer.post(f"{shop.address}/api/basket/mug").raise_for_status()
    customer.put(f"{shop.address}/api/basket/tin", json={"quantity": 2}).raise_for_status()
    refused = customer.post(f"{shop.address}/api/orders", json=FORM)
    assert (refused.status_code, refused.json()) == (409, {"error": "Keepsake Tin is sold out."})
    assert "Only 1 left" in customer.get(f"{shop.address}/products/tin").text


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ({**FORM, "name": " ", "address": ""}, 422, "Please fill in your name and an address."),
        ({**FORM, "coupon": "nope"}, 409, "We do not know the coupon NOPE."),
        ([], 422, "Expected a JSON object."),
    ],
    ids=["empty fields", "unknown coupon", "not an object"],
)
def test_checkout_says_what_is_wrong(shop: Shop, form: object, status: int, message: str) -> None:
    customer = shop.customer()
    customer.post(f"{shop.address}/api/basket/beans").raise_for_status()
    answer = customer.post(f"{shop.address}/api/orders", json=form)
    assert (answer.status_code, answer.json()) == (status, {"error": message})


def test_empty_basket_cannot_be_ordered(shop: Shop) -> None:
    customer = shop.customer()
    answer = customer.post(f"{shop.address}/api/orders", json=FORM)
    assert (answer.status_code, answer.json()) == (409, {"error": "Your basket is empty."})
    assert customer.get(f"{shop.address}/checkout").url == f"{shop.address}/basket"


@pytest.mark.parametrize("quantity", [-1, "two", 1.5, None])
def test_quantity_must_be_a_whole_number(shop: Shop, quantity: object) -> None:
    answer = shop.customer().put(f"{shop.address}/api/basket/mug", json={"quantity": quantity})
    assert answer.status_code == 422


def test_signing_in_tells_the_page_who_it_is(shop: Shop) -> None:
    customer = shop.customer()
    answer = customer.post(f"{shop.address}/api/sign-in", json={"id": "u-1906"}).json()
    assert answer["user"] == {
        "id": "u-1906",
        "name": "Grace Murray",
        "email": "grace@shop.example",
    }
    assert "Hello, Grace." in customer.get(f"{shop.address}/account").text
    customer.post(f"{shop.address}/api/sign-out").raise_for_status()
    assert "Who is it?" in customer.get(f"{shop.address}/account").text


@pytest.mark.parametrize("path", ["/products/teapot", "/nowhere", "/products/%2e%2e%2fhealthz"])
def test_what_does_not_exist_is_a_page_that_says_so(shop: Shop, path: str) -> None:
    answer = shop.customer().get(shop.address + path)
    assert answer.status_code == 404
    assert "this is not here" in answer.text
