SELECT id, total_cents
FROM orders
WHERE id = :id
