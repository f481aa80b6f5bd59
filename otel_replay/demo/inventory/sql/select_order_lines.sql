SELECT sku, name, quantity, price_cents
FROM order_lines
JOIN products USING (sku)
WHERE order_id = :id
ORDER BY position
