INSERT INTO order_lines (order_id, sku, quantity)
VALUES (:order_id, :sku, :quantity)
