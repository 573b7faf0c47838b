-- What proves an order when its bytes may be kept no longer: its signature, and who spoke of it.

CREATE TABLE order_signatures (
    order_id UUID PRIMARY KEY REFERENCES orders (id),
    signature TEXT NOT NULL
);

CREATE TABLE order_documents (
    order_id UUID NOT NULL REFERENCES orders (id),
    inbox_id UUID NOT NULL REFERENCES inbox (id),
    PRIMARY KEY (order_id, inbox_id)
);
CREATE INDEX order_documents_inbox ON order_documents (inbox_id);

-- The signed order, where what is sent is an encrypted one: `orders` has what is sent.
CREATE TABLE order_originals (
    order_id UUID PRIMARY KEY REFERENCES orders (id),
    sealed_id UUID NOT NULL REFERENCES sealed_contents (id),
    sha256 BYTEA NOT NULL,
    size_bytes BIGINT NOT NULL
);
CREATE INDEX order_originals_sealed ON order_originals (sealed_id);
