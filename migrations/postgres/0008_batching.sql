-- Pauses of ordering by decision, and how many lines were ordered on a day.

CREATE TABLE batching_pauses (
    bureau TEXT NOT NULL,
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    paused_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (bureau, product)
);

CREATE INDEX orders_opened ON orders (bureau, product, created_at);
