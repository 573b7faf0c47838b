-- Operators search applications by what became of their fees; the sparse states must not cost a
-- walk through all others.

CREATE INDEX applications_fee_state ON applications (fee_state, id);
