-- How often each other product was in one order with this one.
SELECT other.sku, count(*) AS orders
FROM order_lines AS this
JOIN order_lines AS other ON other.order_id = this.order_id AND other.sku <> this.sku
WHERE this.sku = :sku
GROUP BY other.sku
ORDER BY orders DESC, other.sku
