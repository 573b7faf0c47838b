-- What proves an order when its bytes may be kept no longer: its signature, and who spoke of it.

CREATE TABLE order_signatures (
    order_id BLOB PRIMARY KEY REFERENCES orders (id),
    signature TEXT NOT NULL
) STRICT;

CREATE TABLE order_documents (
    order_id BLOB NOT NULL REFERENCES orders (id),
    inbox_id BLOB NOT NULL REFERENCES inbox (id),
    PRIMARY KEY (order_id, inbox_id)
) STRICT;
CREATE INDEX order_documents_inbox ON order_documents (inbox_id);

-- The signed order, where what is sent is an encrypted one: `orders` has what is sent.
CREATE TABLE order_originals (
    order_id BLOB PRIMARY KEY REFERENCES orders (id),
    sealed_id BLOB NOT NULL REFERENCES sealed_contents (id),
    sha256 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX order_originals_sealed ON order_originals (sealed_id);
