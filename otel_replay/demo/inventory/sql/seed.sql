-- Every start restocks.
INSERT INTO products (sku, position, name, category, tagline, description, price_cents, stock) VALUES
    ('kettle', 1, 'Slow Pour Kettle', 'brewing', 'A gooseneck that does as it is told.',
     'Brushed steel, a counterbalanced handle and a spout that pours a thread of water. Holds 0.9 litres, fits every hob.', 8900, 40),
    ('dripper', 2, 'Ridge Dripper', 'brewing', 'One cup, three minutes.',
     'Glazed stoneware with spiral ridges that keep the paper off the wall, so the bed drains evenly to the last drop.', 3200, 60),
    ('grinder', 3, 'Field Grinder', 'brewing', 'Forty clicks from espresso to press.',
     'Steel burrs on two bearings, a folding crank and a walnut knob. Grinds for two cups in under a minute.', 12900, 25),
    ('mug', 4, 'Harbour Mug', 'tableware', 'Heavy at the bottom, thin at the lip.',
     'Thrown in small batches and dipped in a blue that turns out a little different every time. Holds 300 millilitres.', 2400, 120),
    ('carafe', 5, 'Cloud Carafe', 'tableware', 'Glass with a waist.',
     'Hand-blown borosilicate with a cork collar, for coffee in the morning and water at noon. Holds 0.7 litres.', 4600, 35),
    ('beans', 6, 'North Quay Beans', 'coffee', 'Apricot, brown sugar, black tea.',
     'A washed heirloom from one hillside, roasted on Mondays and sent on Tuesdays. 250 grams of whole beans.', 1500, 200),
    ('scale', 7, 'Quiet Scale', 'brewing', 'A tenth of a gram, no beep.',
     'Weighs and times at once, starts by itself with the first drop, and keeps its mouth shut. Charges over USB-C.', 6900, 30),
    ('tin', 8, 'Keepsake Tin', 'coffee', 'The last one of its kind.',
     'An airtight tin with a pressed lid, lacquered in the green of the first shop.', 1900, 1)
ON CONFLICT (sku) DO UPDATE SET
    position = excluded.position, name = excluded.name, category = excluded.category,
    tagline = excluded.tagline, description = excluded.description, price_cents = excluded.price_cents,
    stock = excluded.stock;

-- Somebody entered BROKEN without saying how much it takes off.
INSERT INTO coupons (code, one_part_in) VALUES
    ('MORNING', 10),
    ('BROKEN', 0)
ON CONFLICT (code) DO UPDATE SET one_part_in = excluded.one_part_in;
