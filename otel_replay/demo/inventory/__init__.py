"""The service behind the shop: products, prices, coupons and stock, kept in SQLite."""
