-- How far the import of a file has come, written with each part of its movements: it goes on there.

ALTER TABLE source_files ADD COLUMN lines_done BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_files ADD COLUMN progressed_at TIMESTAMPTZ;
