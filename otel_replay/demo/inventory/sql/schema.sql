CREATE TABLE IF NOT EXISTS products (
    sku         TEXT PRIMARY KEY,
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    category    TEXT NOT NULL,
    tagline     TEXT NOT NULL,
    description TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    stock       INTEGER NOT NULL CHECK (stock >= 0)
);

-- A coupon takes one part in so many off: 10 is a tenth.
CREATE TABLE IF NOT EXISTS coupons (
    code        TEXT PRIMARY KEY,
    one_part_in INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS orders (
    id          TEXT PRIMARY KEY,
    placed_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    total_cents INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    sku      TEXT NOT NULL REFERENCES products (sku),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, sku)
);
