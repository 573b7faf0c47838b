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
