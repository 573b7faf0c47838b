-- The first schema. Instants are UTC with microseconds; money is in bani; states are checked texts;
-- nothing here holds a name, an address, a CNP or an image: those lie in sealed content.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE sealed_contents (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('APPLICATION', 'ORDER', 'INBOX', 'SOURCE_FILE', 'NARRATIVE')),
    wrapped_key BYTEA,
    size_bytes BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    erase_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    erase_reason TEXT,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX sealed_contents_due ON sealed_contents (erase_at) WHERE erased_at IS NULL AND erase_at IS NOT NULL;

CREATE TABLE offices (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT offices_code_key UNIQUE,
    name TEXT NOT NULL,
    county TEXT NOT NULL,
    siruta BIGINT,
    opened_on DATE NOT NULL,
    last_seen_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE office_codes (
    code TEXT NOT NULL,
    office_id UUID NOT NULL REFERENCES offices (id),
    valid_from DATE NOT NULL,
    valid_to DATE,
    PRIMARY KEY (code, valid_from)
);
CREATE INDEX office_codes_office ON office_codes (office_id);

CREATE TABLE credentials (
    id UUID PRIMARY KEY,
    party TEXT NOT NULL CHECK (party IN ('OFFICE', 'BUREAU', 'CHANNEL', 'AUTOMATION', 'OPERATOR')),
    office_id UUID REFERENCES offices (id),
    label TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('CERTIFICATE', 'API_KEY')),
    hash BYTEA NOT NULL CONSTRAINT credentials_hash_key UNIQUE,
    scopes TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    CHECK ((party = 'OFFICE') = (office_id IS NOT NULL))
);
CREATE INDEX credentials_office ON credentials (office_id);

CREATE TABLE idempotent_answers (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotent_answers_age ON idempotent_answers (created_at);

CREATE TABLE applications (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT applications_number_key UNIQUE,
    office_id UUID NOT NULL REFERENCES offices (id),
    collect_office_id UUID NOT NULL REFERENCES offices (id),
    office_reference TEXT NOT NULL,
    content_sha256 BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    card_reason TEXT NOT NULL CHECK (card_reason IN ('EXPIRY', 'CIVIL_STATUS_CHANGE', 'DOMICILE_CHANGE', 'STREET_RENAMED', 'NEW_CNP', 'DAMAGE', 'LOSS_THEFT', 'FACE_CHANGED', 'SEX_CHANGE', 'ANNULMENT', 'EXCHANGE_OLD_MODEL', 'FIRST_AT_14', 'OPTIONAL_UNDER_14')),
    person_key BYTEA NOT NULL,
    bureau TEXT NOT NULL,
    test BOOLEAN NOT NULL,
    registered_on DATE NOT NULL,
    deadline_on DATE NOT NULL,
    eligibility_rule TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'AT_OFFICE', 'HANDED_OVER', 'RETURNED', 'ON_HOLD', 'CANCEL_REQUESTED', 'CANCELLED', 'UNCLAIMED', 'DESTROYED')),
    open BOOLEAN NOT NULL,
    fee_state TEXT NOT NULL CHECK (fee_state IN ('UNDECIDED', 'EXEMPT', 'DUE', 'PARTLY_PAID', 'PAID', 'OVERPAID', 'REFUND_DUE', 'REFUNDED', 'DISPUTED')),
    fee_due BIGINT NOT NULL,
    fee_paid BIGINT NOT NULL,
    fee_rule TEXT NOT NULL,
    fee_facts TEXT NOT NULL,
    payment_reference TEXT NOT NULL CONSTRAINT applications_payment_reference_key UNIQUE,
    sealed_id UUID NOT NULL REFERENCES sealed_contents (id),
    content_bytes BIGINT NOT NULL,
    order_attempts BIGINT NOT NULL,
    remakes BIGINT NOT NULL,
    ready_since TIMESTAMPTZ,
    received_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT applications_office_reference_key UNIQUE (office_id, office_reference)
);
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
    office_id UUID NOT NULL REFERENCES offices (id),
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    application_id UUID REFERENCES applications (id),
    given_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX payment_references_office ON payment_references (office_id);
CREATE INDEX payment_references_application ON payment_references (application_id);

CREATE TABLE history (
    id UUID PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'INBOX', 'HOLD', 'LANE')),
    subject_id UUID NOT NULL,
    from_state TEXT NOT NULL,
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX history_subject ON history (subject_id, id);

CREATE TABLE holds (
    id UUID PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'INBOX', 'SOURCE_FILE', 'LANE')),
    subject_id UUID NOT NULL,
    subject_number TEXT NOT NULL,
    code BIGINT NOT NULL,
    detail TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    closed_by TEXT,
    decision TEXT,
    decision_reason TEXT,
    CHECK (open = (closed_at IS NULL))
);
CREATE UNIQUE INDEX holds_open ON holds (subject_id, code) WHERE open;
CREATE INDEX holds_open_code ON holds (code, opened_at) WHERE open;
CREATE INDEX holds_subject ON holds (subject_id);

CREATE TABLE source_files (
    id UUID PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    sha256 BYTEA NOT NULL CONSTRAINT source_files_sha256_key UNIQUE,
    format TEXT NOT NULL,
    sealed_id UUID NOT NULL REFERENCES sealed_contents (id),
    size_bytes BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    held BIGINT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX source_files_sealed ON source_files (sealed_id);

CREATE TABLE statements (
    id UUID PRIMARY KEY,
    source_file_id UUID NOT NULL REFERENCES source_files (id),
    account TEXT NOT NULL,
    number TEXT NOT NULL,
    currency TEXT NOT NULL,
    booked_from DATE,
    booked_to DATE,
    opening BIGINT,
    closing BIGINT,
    ties BOOLEAN,
    entries BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX statements_account_number ON statements (account, number);
CREATE INDEX statements_source_file ON statements (source_file_id);

CREATE TABLE payments (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT payments_number_key UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    movement_key TEXT NOT NULL,
    content_sha256 BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    credit BOOLEAN NOT NULL,
    reversal BOOLEAN NOT NULL,
    booked_on DATE,
    external_reference TEXT,
    payment_reference TEXT,
    person_key BYTEA,
    evidence TEXT NOT NULL,
    sealed_id UUID REFERENCES sealed_contents (id),
    state TEXT NOT NULL CHECK (state IN ('IMPORTED', 'MATCHED', 'SUGGESTED', 'UNMATCHED', 'INVALID', 'CONSUMED', 'REVERSED', 'REFUND_DUE', 'REFUNDED')),
    reason BIGINT,
    application_id UUID REFERENCES applications (id),
    reverses_id UUID REFERENCES payments (id),
    received_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT payments_movement_key UNIQUE (channel, movement_key)
);
CREATE INDEX payments_imported ON payments (id) WHERE state = 'IMPORTED';
CREATE INDEX payments_state ON payments (state, id);
CREATE INDEX payments_reference ON payments (payment_reference);
CREATE INDEX payments_person ON payments (person_key);
CREATE INDEX payments_application ON payments (application_id);
CREATE INDEX payments_reverses ON payments (reverses_id);
CREATE INDEX payments_sealed ON payments (sealed_id);

CREATE TABLE observations (
    id UUID PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES payments (id),
    source_file_id UUID REFERENCES source_files (id),
    inbox_id UUID,
    place TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX observations_payment ON observations (payment_id);
CREATE INDEX observations_source_file ON observations (source_file_id);

CREATE TABLE matches (
    id UUID PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES payments (id),
    application_id UUID NOT NULL REFERENCES applications (id),
    amount BIGINT NOT NULL,
    rule TEXT NOT NULL,
    actor TEXT NOT NULL,
    undoes_id UUID REFERENCES matches (id),
    made_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX matches_payment ON matches (payment_id);
CREATE INDEX matches_application ON matches (application_id);
CREATE UNIQUE INDEX matches_undone_once ON matches (undoes_id) WHERE undoes_id IS NOT NULL;

CREATE TABLE orders (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT orders_number_key UNIQUE,
    message_id UUID NOT NULL,
    bureau TEXT NOT NULL,
    product TEXT NOT NULL CHECK (product IN ('CEI')),
    test BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('OPEN', 'CLOSED', 'SIGNED', 'QUEUED', 'SENT', 'RECEIPT_OK', 'RECEIPT_REJECTED', 'PARTLY_ANSWERED', 'ALL_ANSWERED', 'SETTLED', 'CANCELLED')),
    close_reason TEXT NOT NULL,
    line_count BIGINT NOT NULL,
    replaces_id UUID REFERENCES orders (id),
    sealed_id UUID REFERENCES sealed_contents (id),
    sha256 BYTEA,
    size_bytes BIGINT,
    signed_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    receipt_at TIMESTAMPTZ,
    resends BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX orders_closed ON orders (id) WHERE state = 'CLOSED';
CREATE INDEX orders_state ON orders (state, id);
CREATE INDEX orders_silent ON orders (sent_at) WHERE state = 'SENT';
CREATE INDEX orders_replaces ON orders (replaces_id);
CREATE INDEX orders_sealed ON orders (sealed_id);

CREATE TABLE order_lines (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    line_no BIGINT NOT NULL,
    application_id UUID NOT NULL REFERENCES applications (id),
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PLACED', 'RECEIVED', 'ACCEPTED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'REJECTED', 'QUALITY_FAILED', 'LOST_IN_TRANSIT', 'DAMAGED_IN_TRANSIT', 'UNDELIVERABLE', 'RETURNED', 'SPOILED', 'DESTROYED', 'CANCELLED', 'WITHDRAWN')),
    live BOOLEAN NOT NULL,
    answered BOOLEAN NOT NULL,
    ended BOOLEAN NOT NULL,
    last_sequence BIGINT NOT NULL,
    remakes BIGINT NOT NULL,
    reason BIGINT,
    document_number TEXT,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT order_lines_place_key UNIQUE (order_id, line_no),
    CONSTRAINT order_lines_attempt_key UNIQUE (application_id, attempt)
);
CREATE UNIQUE INDEX order_lines_live ON order_lines (application_id) WHERE live;

CREATE TABLE cards (
    document_number TEXT PRIMARY KEY,
    order_line_id UUID NOT NULL REFERENCES order_lines (id),
    application_id UUID NOT NULL REFERENCES applications (id),
    state TEXT NOT NULL CHECK (state IN ('PRODUCED', 'FAILED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'LOST', 'DESTROYED')),
    produced_at TIMESTAMPTZ NOT NULL,
    consignment TEXT,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX cards_order_line ON cards (order_line_id);
CREATE INDEX cards_application ON cards (application_id);
CREATE INDEX cards_consignment ON cards (consignment) WHERE consignment IS NOT NULL;

CREATE TABLE inbox (
    id UUID PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('BUREAU', 'SELFPAY')),
    kind TEXT NOT NULL,
    message_id TEXT,
    sha256 BYTEA NOT NULL,
    sealed_id UUID NOT NULL REFERENCES sealed_contents (id),
    state TEXT NOT NULL CHECK (state IN ('ARRIVED', 'APPLIED', 'REPEATED', 'QUARANTINED')),
    reason BIGINT,
    detail TEXT,
    received_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT inbox_document_key UNIQUE (source, sha256)
);
CREATE INDEX inbox_arrived ON inbox (id) WHERE state = 'ARRIVED';
CREATE INDEX inbox_message ON inbox (source, message_id);
CREATE INDEX inbox_sealed ON inbox (sealed_id);

CREATE TABLE acknowledgements (
    id UUID PRIMARY KEY,
    order_line_id UUID NOT NULL REFERENCES order_lines (id),
    inbox_id UUID NOT NULL REFERENCES inbox (id),
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    status TEXT NOT NULL,
    reason BIGINT,
    document_number TEXT,
    consignment TEXT,
    occurred_at TIMESTAMPTZ NOT NULL,
    disposition TEXT NOT NULL CHECK (disposition IN ('APPLIED', 'WAITING', 'LATE', 'CONFLICT', 'IMPOSSIBLE')),
    stored_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT acknowledgements_word_key UNIQUE (order_line_id, sequence, hash)
);
CREATE INDEX acknowledgements_inbox ON acknowledgements (inbox_id);

CREATE TABLE lanes (
    lane TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('BUREAU', 'OFFICE')),
    last_seq BIGINT NOT NULL,
    acked_seq BIGINT NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    attempts BIGINT NOT NULL,
    breaker TEXT NOT NULL CHECK (breaker IN ('CLOSED', 'OPEN', 'HALF_OPEN')),
    paused BOOLEAN NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    lease_epoch BIGINT NOT NULL
);
CREATE INDEX lanes_due ON lanes (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE outbox (
    lane TEXT NOT NULL REFERENCES lanes (lane),
    seq BIGINT NOT NULL,
    message_id UUID NOT NULL CONSTRAINT outbox_message_key UNIQUE,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    payload TEXT NOT NULL,
    replay_of UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (lane, seq)
);
CREATE INDEX outbox_subject ON outbox (subject_id);

CREATE TABLE delivery_attempts (
    id UUID PRIMARY KEY,
    message_id UUID NOT NULL REFERENCES outbox (message_id),
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    detail TEXT,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, id);

CREATE TABLE dead_letters (
    message_id UUID PRIMARY KEY REFERENCES outbox (message_id),
    lane TEXT NOT NULL REFERENCES lanes (lane),
    seq BIGINT NOT NULL,
    cause TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    died_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    resolution TEXT,
    replayed_as UUID
);
CREATE INDEX dead_letters_open ON dead_letters (lane, seq) WHERE resolved_at IS NULL;
