UPDATE products
SET stock = stock - :quantity
WHERE sku = :sku AND stock >= :quantity
