SELECT sku, name, category, tagline, description, price_cents, stock
FROM products
ORDER BY position
