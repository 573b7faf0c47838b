-- The first schema. Instants are UTC with microseconds; money is in bani; states are checked texts;
-- nothing here holds a name, an address, a CNP or an image: those lie in sealed content.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE sealed_contents (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('APPLICATION', 'ORDER', 'INBOX', 'SOURCE_FILE', 'NARRATIVE')),
    wrapped_key BLOB,
    size_bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    created_at TEXT NOT NULL,
    erase_at TEXT,
    erased_at TEXT,
    erase_reason TEXT,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE INDEX sealed_contents_due ON sealed_contents (erase_at) WHERE erased_at IS NULL AND erase_at IS NOT NULL;

CREATE TABLE offices (
    id BLOB PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT offices_code_key UNIQUE,
    name TEXT NOT NULL,
    county TEXT NOT NULL,
    siruta INTEGER,
    opened_on TEXT NOT NULL,
    last_seen_at TEXT,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE office_codes (
    code TEXT NOT NULL,
    office_id BLOB NOT NULL REFERENCES offices (id),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    PRIMARY KEY (code, valid_from)
) STRICT;
CREATE INDEX office_codes_office ON office_codes (office_id);

CREATE TABLE credentials (
    id BLOB PRIMARY KEY,
    party TEXT NOT NULL CHECK (party IN ('OFFICE', 'BUREAU', 'CHANNEL', 'AUTOMATION', 'OPERATOR')),
    office_id BLOB REFERENCES offices (id),
    label TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('CERTIFICATE', 'API_KEY')),
    hash BLOB NOT NULL CONSTRAINT credentials_hash_key UNIQUE,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT,
    CHECK ((party = 'OFFICE') = (office_id IS NOT NULL))
) STRICT;
CREATE INDEX credentials_office ON credentials (office_id);

CREATE TABLE idempotent_answers (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX idempotent_answers_age ON idempotent_answers (created_at);

CREATE TABLE applications (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT applications_number_key UNIQUE,
    office_id BLOB NOT NULL REFERENCES offices (id),
    collect_office_id BLOB NOT NULL REFERENCES offices (id),
    office_reference TEXT NOT NULL,
    content_sha256 BLOB NOT NULL,
    revision INTEGER NOT NULL,
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    card_reason TEXT NOT NULL CHECK (card_reason IN ('EXPIRY', 'CIVIL_STATUS_CHANGE', 'DOMICILE_CHANGE', 'STREET_RENAMED', 'NEW_CNP', 'DAMAGE', 'LOSS_THEFT', 'FACE_CHANGED', 'SEX_CHANGE', 'ANNULMENT', 'EXCHANGE_OLD_MODEL', 'FIRST_AT_14', 'OPTIONAL_UNDER_14')),
    person_key BLOB NOT NULL,
    bureau TEXT NOT NULL,
    test INTEGER NOT NULL,
    registered_on TEXT NOT NULL,
    deadline_on TEXT NOT NULL,
    eligibility_rule TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'AT_OFFICE', 'HANDED_OVER', 'RETURNED', 'ON_HOLD', 'CANCEL_REQUESTED', 'CANCELLED', 'UNCLAIMED', 'DESTROYED')),
    open INTEGER NOT NULL,
    fee_state TEXT NOT NULL CHECK (fee_state IN ('UNDECIDED', 'EXEMPT', 'DUE', 'PARTLY_PAID', 'PAID', 'OVERPAID', 'REFUND_DUE', 'REFUNDED', 'DISPUTED')),
    fee_due INTEGER NOT NULL,
    fee_paid INTEGER NOT NULL,
    fee_rule TEXT NOT NULL,
    fee_facts TEXT NOT NULL,
    payment_reference TEXT NOT NULL CONSTRAINT applications_payment_reference_key UNIQUE,
    sealed_id BLOB NOT NULL REFERENCES sealed_contents (id),
    content_bytes INTEGER NOT NULL,
    order_attempts INTEGER NOT NULL,
    remakes INTEGER NOT NULL,
    ready_since TEXT,
    received_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT applications_office_reference_key UNIQUE (office_id, office_reference)
) STRICT;
CREATE UNIQUE INDEX applications_open_person ON applications (person_key, product) WHERE open;
CREATE INDEX applications_person ON applications (person_key);
CREATE INDEX applications_ready ON applications (bureau, product, deadline_on, ready_since) WHERE state = 'READY';
CREATE INDEX applications_ready_age ON applications (bureau, product, ready_since) WHERE state = 'READY';
CREATE INDEX applications_state ON applications (state, id);
CREATE INDEX applications_office ON applications (office_id, id);
CREATE INDEX applications_collect_office ON applications (collect_office_id);
CREATE INDEX applications_sealed ON applications (sealed_id);

CREATE TABLE payment_references (
    reference TEXT PRIMARY KEY,
    office_id BLOB NOT NULL REFERENCES offices (id),
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    application_id BLOB REFERENCES applications (id),
    given_at TEXT NOT NULL
) STRICT;
CREATE INDEX payment_references_office ON payment_references (office_id);
CREATE INDEX payment_references_application ON payment_references (application_id);

CREATE TABLE history (
    id BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'INBOX', 'HOLD', 'LANE')),
    subject_id BLOB NOT NULL,
    from_state TEXT NOT NULL,
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX history_subject ON history (subject_id, id);

CREATE TABLE holds (
    id BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'INBOX', 'SOURCE_FILE', 'LANE')),
    subject_id BLOB NOT NULL,
    subject_number TEXT NOT NULL,
    code INTEGER NOT NULL,
    detail TEXT NOT NULL,
    open INTEGER NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,
    decision TEXT,
    decision_reason TEXT,
    CHECK (open = (closed_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX holds_open ON holds (subject_id, code) WHERE open;
CREATE INDEX holds_open_code ON holds (code, opened_at) WHERE open;
CREATE INDEX holds_subject ON holds (subject_id);

CREATE TABLE source_files (
    id BLOB PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    sha256 BLOB NOT NULL CONSTRAINT source_files_sha256_key UNIQUE,
    format TEXT NOT NULL,
    sealed_id BLOB NOT NULL REFERENCES sealed_contents (id),
    size_bytes INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    held INTEGER NOT NULL,
    received_at TEXT NOT NULL
) STRICT;
CREATE INDEX source_files_sealed ON source_files (sealed_id);

CREATE TABLE statements (
    id BLOB PRIMARY KEY,
    source_file_id BLOB NOT NULL REFERENCES source_files (id),
    account TEXT NOT NULL,
    number TEXT NOT NULL,
    currency TEXT NOT NULL,
    booked_from TEXT,
    booked_to TEXT,
    opening INTEGER,
    closing INTEGER,
    ties INTEGER,
    entries INTEGER NOT NULL,
    digest BLOB NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX statements_account_number ON statements (account, number);
CREATE INDEX statements_source_file ON statements (source_file_id);

CREATE TABLE payments (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT payments_number_key UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    movement_key TEXT NOT NULL,
    content_sha256 BLOB NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    credit INTEGER NOT NULL,
    reversal INTEGER NOT NULL,
    booked_on TEXT,
    external_reference TEXT,
    payment_reference TEXT,
    person_key BLOB,
    evidence TEXT NOT NULL,
    sealed_id BLOB REFERENCES sealed_contents (id),
    state TEXT NOT NULL CHECK (state IN ('IMPORTED', 'MATCHED', 'SUGGESTED', 'UNMATCHED', 'INVALID', 'CONSUMED', 'REVERSED', 'REFUND_DUE', 'REFUNDED')),
    reason INTEGER,
    application_id BLOB REFERENCES applications (id),
    reverses_id BLOB REFERENCES payments (id),
    received_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT payments_movement_key UNIQUE (channel, movement_key)
) STRICT;
CREATE INDEX payments_imported ON payments (id) WHERE state = 'IMPORTED';
CREATE INDEX payments_state ON payments (state, id);
CREATE INDEX payments_reference ON payments (payment_reference);
CREATE INDEX payments_person ON payments (person_key);
CREATE INDEX payments_application ON payments (application_id);
CREATE INDEX payments_reverses ON payments (reverses_id);
CREATE INDEX payments_sealed ON payments (sealed_id);

CREATE TABLE observations (
    id BLOB PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payments (id),
    source_file_id BLOB REFERENCES source_files (id),
    inbox_id BLOB,
    place TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX observations_payment ON observations (payment_id);
CREATE INDEX observations_source_file ON observations (source_file_id);

CREATE TABLE matches (
    id BLOB PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payments (id),
    application_id BLOB NOT NULL REFERENCES applications (id),
    amount INTEGER NOT NULL,
    rule TEXT NOT NULL,
    actor TEXT NOT NULL,
    undoes_id BLOB REFERENCES matches (id),
    made_at TEXT NOT NULL
) STRICT;
CREATE INDEX matches_payment ON matches (payment_id);
CREATE INDEX matches_application ON matches (application_id);
CREATE UNIQUE INDEX matches_undone_once ON matches (undoes_id) WHERE undoes_id IS NOT NULL;

CREATE TABLE orders (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT orders_number_key UNIQUE,
    message_id BLOB NOT NULL,
    bureau TEXT NOT NULL,
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    test INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('OPEN', 'CLOSED', 'SIGNED', 'QUEUED', 'SENT', 'RECEIPT_OK', 'RECEIPT_REJECTED', 'PARTLY_ANSWERED', 'ALL_ANSWERED', 'SETTLED', 'CANCELLED')),
    close_reason TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    replaces_id BLOB REFERENCES orders (id),
    sealed_id BLOB REFERENCES sealed_contents (id),
    sha256 BLOB,
    size_bytes INTEGER,
    signed_at TEXT,
    sent_at TEXT,
    receipt_at TEXT,
    resends INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_closed ON orders (id) WHERE state = 'CLOSED';
CREATE INDEX orders_state ON orders (state, id);
CREATE INDEX orders_silent ON orders (sent_at) WHERE state = 'SENT';
CREATE INDEX orders_replaces ON orders (replaces_id);
CREATE INDEX orders_sealed ON orders (sealed_id);

CREATE TABLE order_lines (
    id BLOB PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    line_no INTEGER NOT NULL,
    application_id BLOB NOT NULL REFERENCES applications (id),
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PLACED', 'RECEIVED', 'ACCEPTED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'REJECTED', 'QUALITY_FAILED', 'LOST_IN_TRANSIT', 'DAMAGED_IN_TRANSIT', 'UNDELIVERABLE', 'RETURNED', 'SPOILED', 'DESTROYED', 'CANCELLED', 'WITHDRAWN')),
    live INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    remakes INTEGER NOT NULL,
    reason INTEGER,
    document_number TEXT,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT order_lines_place_key UNIQUE (order_id, line_no),
    CONSTRAINT order_lines_attempt_key UNIQUE (application_id, attempt)
) STRICT;
CREATE UNIQUE INDEX order_lines_live ON order_lines (application_id) WHERE live;

CREATE TABLE cards (
    document_number TEXT PRIMARY KEY,
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    application_id BLOB NOT NULL REFERENCES applications (id),
    state TEXT NOT NULL CHECK (state IN ('PRODUCED', 'FAILED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'LOST', 'DESTROYED')),
    produced_at TEXT NOT NULL,
    consignment TEXT,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX cards_order_line ON cards (order_line_id);
CREATE INDEX cards_application ON cards (application_id);
CREATE INDEX cards_consignment ON cards (consignment) WHERE consignment IS NOT NULL;

CREATE TABLE inbox (
    id BLOB PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('BUREAU', 'SELFPAY')),
    kind TEXT NOT NULL,
    message_id TEXT,
    sha256 BLOB NOT NULL,
    sealed_id BLOB NOT NULL REFERENCES sealed_contents (id),
    state TEXT NOT NULL CHECK (state IN ('ARRIVED', 'APPLIED', 'REPEATED', 'QUARANTINED')),
    reason INTEGER,
    detail TEXT,
    received_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT inbox_document_key UNIQUE (source, sha256)
) STRICT;
CREATE INDEX inbox_arrived ON inbox (id) WHERE state = 'ARRIVED';
CREATE INDEX inbox_message ON inbox (source, message_id);
CREATE INDEX inbox_sealed ON inbox (sealed_id);

CREATE TABLE acknowledgements (
    id BLOB PRIMARY KEY,
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    inbox_id BLOB NOT NULL REFERENCES inbox (id),
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    status TEXT NOT NULL,
    reason INTEGER,
    document_number TEXT,
    consignment TEXT,
    occurred_at TEXT NOT NULL,
    disposition TEXT NOT NULL CHECK (disposition IN ('APPLIED', 'WAITING', 'LATE', 'CONFLICT', 'IMPOSSIBLE')),
    stored_at TEXT NOT NULL,
    CONSTRAINT acknowledgements_word_key UNIQUE (order_line_id, sequence, hash)
) STRICT;
CREATE INDEX acknowledgements_inbox ON acknowledgements (inbox_id);

CREATE TABLE lanes (
    lane TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('BUREAU', 'OFFICE')),
    last_seq INTEGER NOT NULL,
    acked_seq INTEGER NOT NULL,
    next_attempt_at TEXT,
    attempts INTEGER NOT NULL,
    breaker TEXT NOT NULL CHECK (breaker IN ('CLOSED', 'OPEN', 'HALF_OPEN')),
    paused INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until TEXT,
    lease_epoch INTEGER NOT NULL
) STRICT;
CREATE INDEX lanes_due ON lanes (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE outbox (
    lane TEXT NOT NULL REFERENCES lanes (lane),
    seq INTEGER NOT NULL,
    message_id BLOB NOT NULL CONSTRAINT outbox_message_key UNIQUE,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    payload TEXT NOT NULL,
    replay_of BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (lane, seq)
) STRICT;
CREATE INDEX outbox_subject ON outbox (subject_id);

CREATE TABLE delivery_attempts (
    id BLOB PRIMARY KEY,
    message_id BLOB NOT NULL REFERENCES outbox (message_id),
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    detail TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, id);

CREATE TABLE dead_letters (
    message_id BLOB PRIMARY KEY REFERENCES outbox (message_id),
    lane TEXT NOT NULL REFERENCES lanes (lane),
    seq INTEGER NOT NULL,
    cause TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    died_at TEXT NOT NULL,
    resolved_at TEXT,
    resolution TEXT,
    replayed_as BLOB
) STRICT;
CREATE INDEX dead_letters_open ON dead_letters (lane, seq) WHERE resolved_at IS NULL;
