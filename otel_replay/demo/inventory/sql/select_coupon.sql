SELECT code, one_part_in
FROM coupons
WHERE code = :code
