INSERT INTO orders (id, total_cents)
VALUES (:id, :total_cents)
