SELECT code, category, amount_cents
FROM coupons
WHERE code = :code
