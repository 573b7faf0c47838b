-- Letters to the bureau, consignments and complaints have histories and may wait for a person.

ALTER TABLE history DROP CONSTRAINT history_subject_kind_check;
ALTER TABLE history ADD CONSTRAINT history_subject_kind_check CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'REFUND', 'ORDER', 'ORDER_LINE', 'LETTER', 'CONSIGNMENT', 'COMPLAINT', 'INBOX', 'HOLD', 'LANE'));
ALTER TABLE holds DROP CONSTRAINT holds_subject_kind_check;
ALTER TABLE holds ADD CONSTRAINT holds_subject_kind_check CHECK (subject_kind IN ('APPLICATION', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'LETTER', 'CONSIGNMENT', 'COMPLAINT', 'INBOX', 'SOURCE_FILE', 'LANE'));
