"""Three people in a shop: small enough to know the answer to every question about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.sessions import BROWSER_SCOPE, World

ADA = "9f86d081884c7d659a2feaa0c55ad015"
BOB = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"
CYD = "c1dc1dc1dc1dc1dc1dc1dc1dc1dc1dc1"
PAID, LOOKED, PAID_TOO, LOOKED_TOO = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)


@dataclass(frozen=True)
class Visitor:
    """Somebody with a release of the shop's pages; times are ms after the world's zero."""

    world: World
    session: str
    user: str
    release: str

    def did(self, name: str, ms: float, page: str, attributes: Mapping[str, str]) -> None:
        """Stores an event of the browser on a page."""
        self.world.log(
            self.session,
            name,
            ms,
            attributes={
                "url.full": f"http://shop.example{page}",
                "session.replay.tab": "t1",
                "user.id": self.user,
                **attributes,
            },
            resource={"service.name": "shop-web", "service.version": self.release},
        )

    def goes(self, ms: float, page: str) -> None:
        self.did("browser.navigation", ms, page, {})

    def clicks(self, ms: float, page: str, text: str, kind: str = "click") -> None:
        attributes = {"browser.css_selector": f"#{text.lower()}", "browser.element.text": text}
        self.did(f"browser.user_action.{kind}", ms, page, attributes)

    def meets(self, ms: float, page: str, kind: str, message: str) -> None:
        """An exception in the browser."""
        attributes = {"exception.type": kind, "exception.message": message}
        self.did("exception", ms, page, attributes)

    def vital(self, ms: float, page: str, name: str, value: float) -> None:
        attributes = {
            "browser.web_vital.name": name,
            "browser.web_vital.value": f"{value:g}",
            "browser.web_vital.id": f"{self.user}-{name}-{page}",
        }
        self.did("browser.web_vital", ms, page, attributes)

    def asks(
        self, ms: float, method: str, path: str, trace: str, duration_ms: float, status: int = 200
    ) -> None:
        """A request of the browser; its span is 01 of the trace."""
        self.world.span(
            trace,
            "01",
            ms,
            session_id=self.session,
            service="shop-web",
            scope=BROWSER_SCOPE,
            duration_ms=duration_ms,
            attributes={
                "http.request.method": method,
                "http.response.status_code": str(status),
                "url.full": f"http://shop.example{path}",
                "session.replay.tab": "t1",
                "user.id": self.user,
            },
            SpanName=method,
            SpanKind="Client",
            StatusCode="Error" if status >= 400 else "Unset",
        )


def fill(world: World) -> None:
    """Stores the three visits, and computes their sessions."""
    _ada(Visitor(world, ADA, "ada", "1.0.0"))
    _bob(Visitor(world, BOB, "bob", "1.1.0"))
    _cyd(Visitor(world, CYD, "cyd", "1.1.0"))
    world.worker.run_once()


def _ada(ada: Visitor) -> None:
    """Pays, and it fails: in a service that the shop's own calls."""
    ada.goes(0, "/products")
    ada.vital(1_000, "/products", "LCP", 2_600)
    ada.clicks(2_000, "/products", "Kettle")
    ada.goes(10_000, "/basket")
    ada.clicks(12_000, "/basket", "Checkout")
    ada.goes(20_000, "/checkout")
    ada.clicks(21_000, "/checkout", "Pay")
    ada.asks(21_100, "POST", "/api/pay", PAID, 900, status=500)
    shop: Mapping[str, Any] = {"service": "shop-api", "SpanName": "POST /pay"}
    ada.world.span(PAID, "02", 21_150, parent="01", duration_ms=800, **shop)
    ada.world.span(
        PAID,
        "03",
        21_200,
        parent="02",
        service="payments",
        duration_ms=600,
        exceptions=[("CardError", "declined")],
        SpanName="POST /charge",
    )
    ada.world.backend_log("charging the card", PAID, 21_250)
    ada.vital(21_500, "/checkout", "INP", 340)
    ada.meets(22_100, "/checkout", "TypeError", "x is undefined")
    ada.clicks(23_000, "/checkout", "Help")
    ada.goes(24_000, "/help")
    ada.world.chunk(ada.session, 0, Size=300)
    ada.world.chunk(ada.session, 1, Size=200)


def _bob(bob: Visitor) -> None:
    """Pays with a button that seems not to work, and goes."""
    bob.goes(100_000, "/products")
    bob.vital(101_000, "/products", "LCP", 1_200)
    bob.asks(105_000, "GET", "/api/stock", LOOKED, 50)
    bob.world.span(LOOKED, "02", 105_005, parent="01", service="inventory", duration_ms=40)
    bob.goes(110_000, "/checkout")
    bob.vital(110_500, "/checkout", "LCP", 3_000)
    for ms in (111_000, 111_200, 111_400):
        bob.clicks(ms, "/checkout", "Pay")
    bob.clicks(111_000, "/checkout", "Pay", "dead_click")
    bob.clicks(111_400, "/checkout", "Pay", "rage_click")
    bob.asks(112_000, "POST", "/api/pay", PAID_TOO, 300)
    shop: Mapping[str, Any] = {"service": "shop-api", "SpanName": "POST /pay"}
    bob.world.span(PAID_TOO, "02", 112_010, parent="01", duration_ms=280, **shop)
    bob.vital(113_000, "/checkout", "INP", 100)
    bob.did("session.end", 115_000, "/checkout", {})


def _cyd(cyd: Visitor) -> None:
    """Looks around, meets an error, and does no more."""
    cyd.goes(200_000, "/products")
    cyd.vital(201_000, "/products", "LCP", 2_000)
    cyd.asks(205_000, "GET", "/api/stock", LOOKED_TOO, 70)
    cyd.world.span(LOOKED_TOO, "02", 205_005, parent="01", service="inventory", duration_ms=60)
    cyd.goes(210_000, "/basket")
    cyd.meets(211_000, "/basket", "TypeError", "x is undefined")
