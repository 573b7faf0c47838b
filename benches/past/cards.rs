//! Cards of the past: applications that ended with a card in somebody's hands, as rows that the
//! database writes itself.

use sqlx::{Connection, PgPool};
use uuid::Uuid;

/// Cards of an order.
const ORDER: u64 = 150;
/// Cards made in one transaction.
const AT_ONCE: u64 = 1_000 * ORDER;

/// What one card leaves behind: a tombstone, an application, a line, a card, a word, a step. Each
/// id is the card's number with a letter before it, so that indexes grow at their end, as those of
/// identifiers by time do. Payment references are drawn from all there are, so one that the bench
/// itself was given is passed over.
const ROWS: [&str; 7] = [
    "INSERT INTO sealed_contents
         (id, kind, wrapped_key, size_bytes, sha256, created_at, erase_at, erased_at, erase_reason)
     SELECT ('a1' || lpad(to_hex(n), 30, '0'))::uuid, 'APPLICATION', NULL, 90000,
            decode(repeat('07', 32), 'hex'), '2025-06-01', '2025-09-01', '2025-09-01', 'RETENTION'
     FROM generate_series($1::bigint, $2::bigint) n",
    "INSERT INTO applications
         (id, number, office_id, collect_office_id, office_reference, content_sha256, revision,
          product, card_reason, person_key, bureau, test, registered_on, deadline_on,
          eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule, fee_facts,
          payment_reference, sealed_id, content_bytes, order_attempts, remakes, received_at,
          updated_at, version)
     SELECT ('a2' || lpad(to_hex(n), 30, '0'))::uuid, 'PAST-' || n, o.id, o.id, 'past-' || n,
            decode(repeat('07', 32), 'hex'), 1, 'CEI', 'EXPIRY',
            decode(md5(n::text) || md5(n::text), 'hex'), $4, TRUE, '2025-06-01', '2025-07-01',
            'E2', 'HANDED_OVER', FALSE, 'EXEMPT', 0, 0, 'X1', '{}',
            r.reference,
            ('a1' || lpad(to_hex(n), 30, '0'))::uuid, 90000, 1, 0, '2025-06-01', '2025-07-01', 9
     FROM generate_series($1::bigint, $2::bigint) n,
          LATERAL (SELECT ($3::uuid[])[1 + n % cardinality($3::uuid[])] AS id) o,
          LATERAL (
              SELECT of_body.reference
              FROM (VALUES (9000000000 + n), (8000000000 + n), (7000000000 + n)) AS v (body),
                   LATERAL (
                       SELECT 'RF' || lpad((98 - (body * 1000000 + 271500) % 97)::text, 2, '0')
                              || body AS reference) of_body
              WHERE NOT EXISTS (
                  SELECT FROM applications a WHERE a.payment_reference = of_body.reference)
              LIMIT 1) r",
    "INSERT INTO orders
         (id, number, message_id, bureau, product, test, state, close_reason, line_count, resends,
          created_at, updated_at, version)
     SELECT ('a3' || lpad(to_hex(n / 150), 30, '0'))::uuid, 'PAST-' || n / 150,
            ('a3' || lpad(to_hex(n / 150), 30, '0'))::uuid, $4, 'CEI', TRUE, 'SETTLED', 'COUNT',
            150, 0, '2025-06-01', '2025-07-01', 9
     FROM generate_series($1::bigint, $2::bigint, 150) n
     WHERE $3::uuid[] IS NOT NULL",
    "INSERT INTO order_lines
         (id, order_id, line_no, application_id, attempt, state, live, answered, ended,
          last_sequence, remakes, document_number, updated_at, version)
     SELECT ('a4' || lpad(to_hex(n), 30, '0'))::uuid,
            ('a3' || lpad(to_hex(n / 150), 30, '0'))::uuid, 1 + n % 150,
            ('a2' || lpad(to_hex(n), 30, '0'))::uuid, 1, 'HANDED_OVER', TRUE, TRUE, TRUE, 5, 0,
            'P' || n, '2025-07-01', 9
     FROM generate_series($1::bigint, $2::bigint) n
     WHERE $3::uuid[] IS NOT NULL AND $4::text IS NOT NULL",
    "INSERT INTO cards
         (document_number, order_line_id, application_id, state, produced_at, updated_at)
     SELECT 'P' || n, ('a4' || lpad(to_hex(n), 30, '0'))::uuid,
            ('a2' || lpad(to_hex(n), 30, '0'))::uuid, 'HANDED_OVER', '2025-06-20', '2025-07-01'
     FROM generate_series($1::bigint, $2::bigint) n
     WHERE $3::uuid[] IS NOT NULL AND $4::text IS NOT NULL",
    "INSERT INTO acknowledgements
         (id, order_line_id, inbox_id, sequence, hash, status, occurred_at, disposition, stored_at)
     SELECT ('a5' || lpad(to_hex(n), 30, '0'))::uuid,
            ('a4' || lpad(to_hex(n), 30, '0'))::uuid, ($3::uuid[])[1], 5, decode(repeat('07', 32), 'hex'),
            'SHIPPED', '2025-06-20', 'APPLIED', '2025-06-20'
     FROM generate_series($1::bigint, $2::bigint) n
     WHERE $4::text IS NOT NULL",
    "INSERT INTO history
         (id, subject_kind, subject_id, from_state, event, to_state, actor, at)
     SELECT ('a6' || lpad(to_hex(n), 30, '0'))::uuid, 'ORDER_LINE',
            ('a4' || lpad(to_hex(n), 30, '0'))::uuid, 'PRODUCED', 'SHIPPED', 'SHIPPED', 'bureau',
            '2025-06-20'
     FROM generate_series($1::bigint, $2::bigint) n
     WHERE $3::uuid[] IS NOT NULL AND $4::text IS NOT NULL",
];

/// Makes the cards that are missing between so many and so many, of all these offices in turn.
/// Returns how many there are then: whole orders.
pub(crate) async fn grow(
    pool: &PgPool,
    offices: &[Uuid],
    bureau: &str,
    (before, wanted): (u64, u64),
) -> anyhow::Result<u64> {
    let cards = wanted.next_multiple_of(ORDER);
    let mut made = before.next_multiple_of(ORDER);
    let mut connection = pool.acquire().await?.detach();
    // The rows agree by their making; to look each up would take as long again.
    for setting in [
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
    ] {
        sqlx::query(setting).execute(&mut connection).await?;
    }
    while made < cards {
        let last = cards.min(made + AT_ONCE) - 1;
        for rows in ROWS {
            sqlx::query(rows)
                .bind(i64::try_from(made)?)
                .bind(i64::try_from(last)?)
                .bind(offices)
                .bind(bureau)
                .execute(&mut connection)
                .await?;
        }
        made = last + 1;
    }
    connection.close().await?;
    Ok(made)
}
