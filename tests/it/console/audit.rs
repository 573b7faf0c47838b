//! The record of what people did: written with every act, and whoever rewrites it is found out.

use cei_gateway::domain::audit::Finding;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::flow::audit_record::examine::{Examined, examine};
use cei_gateway::flow::audit_record::export::export;
use cei_gateway::flow::audit_record::sign_heads::sign_head_of_yesterday;
use cei_gateway::store::Tx;
use cei_gateway::store::audit::{self, Record, hash_of};
use cei_gateway::store::history::{self, Note, SubjectKind};
use chrono::TimeDelta;

use crate::console::browser::{add_user, console, first_sign_in};
use crate::kit::databases::{rows, run_sql};
use crate::kit::world::{World, both_worlds};

/// Has somebody decide something, as the history writes it.
pub(super) async fn act(world: &World, actor: &Actor, count: usize) {
    let mut tx = world.write().await;
    for _ in 0..count {
        let note = Note {
            actor,
            reason: Some("the office asked for it"),
            at: world.now(),
            random: &world.gateway.random,
            retention: cei_gateway::domain::retention::LAW,
        };
        let words = ["READY", "HELD", "ON_HOLD"];
        history::record(&mut tx, SubjectKind::Application, world.id(), words, &note)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

pub(super) fn ana() -> Actor {
    Actor::Operator("ana".to_owned())
}

async fn examined(world: &World) -> Examined {
    examine(&world.gateway, &[]).await.unwrap()
}

async fn findings(world: &World) -> Vec<Finding> {
    examined(world).await.findings
}

async fn records(world: &World) -> Vec<Record> {
    audit::list(&mut world.read().await, 0, 1_000)
        .await
        .unwrap()
}

/// Somebody with the keys of the database, whom no trigger stops.
pub(super) async fn tamper(world: &World, sql: &'static str) {
    let mut tx = world.write().await;
    if matches!(tx, Tx::Postgres(..)) {
        run_sql!(&mut tx, "ALTER TABLE audit_records DISABLE TRIGGER USER");
        run_sql!(&mut tx, "ALTER TABLE audit_heads DISABLE TRIGGER USER");
    } else {
        run_sql!(
            &mut tx,
            "DROP TRIGGER IF EXISTS audit_records_do_not_change"
        );
        run_sql!(&mut tx, "DROP TRIGGER IF EXISTS audit_records_do_not_go");
        run_sql!(&mut tx, "DROP TRIGGER IF EXISTS audit_heads_do_not_change");
        run_sql!(&mut tx, "DROP TRIGGER IF EXISTS audit_heads_do_not_go");
    }
    assert!(run_sql!(&mut tx, sql) > 0, "{sql}");
    tx.commit().await.unwrap();
}

both_worlds! {
    async fn what_people_do_is_on_the_record_and_what_the_gateway_does_is_not(world: &mut World) {
        act(world, &ana(), 2).await;
        act(world, &Actor::Gateway("matcher"), 3).await;
        act(world, &Actor::Automation("sync".to_owned()), 1).await;
        let records = records(world).await;
        let told: Vec<_> = records
            .iter()
            .map(|record| (record.seq, record.entry.actor.as_str(), record.entry.detail.as_str()))
            .collect();
        assert_eq!(told, [
            (1, "operator:ana", "READY → ON_HOLD"),
            (2, "operator:ana", "READY → ON_HOLD"),
            (3, "automation:sync", "READY → ON_HOLD"),
        ]);
        assert_eq!(records[2].previous_hash, records[1].hash);
        let seen = examined(world).await;
        assert_eq!((seen.records, seen.last_seq, seen.findings.len()), (3, 3, 0));
    }

    async fn what_is_rolled_back_leaves_no_gap(world: &mut World) {
        act(world, &ana(), 1).await;
        let mut tx = world.write().await;
        let note = cei_gateway::domain::audit::Entry {
            at: world.now(),
            actor: "operator:ana".to_owned(),
            action: "LOST".to_owned(),
            subject_kind: "USER".to_owned(),
            subject: "ana".to_owned(),
            detail: String::new(),
            reason: None,
            history: None,
        };
        audit::note(&mut tx, note);
        drop(tx);
        act(world, &ana(), 1).await;
        let seqs: Vec<_> = records(world).await.iter().map(|record| record.seq).collect();
        assert_eq!(seqs, [1, 2]);
        assert_eq!(findings(world).await, []);
    }

    async fn those_who_act_at_once_make_one_chain(world: &mut World) {
        let actor = ana();
        let acts = (0..8).map(|_| act(world, &actor, 5));
        futures_util::future::join_all(acts).await;
        let seen = examined(world).await;
        assert_eq!((seen.records, seen.last_seq), (40, 40));
        assert_eq!(seen.findings, []);
    }

    async fn signing_in_and_what_is_done_to_accounts_is_on_the_record(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (mut browser, _, _) = first_sign_in(world, &console, "ana", &given).await;
        browser.get("/account").await;
        browser.post("/sign-out", &[]).await;
        let told: Vec<_> = records(world).await.into_iter()
            .map(|record| format!("{} {} {}", record.entry.actor, record.entry.action, record.entry.subject))
            .collect();
        assert_eq!(told, [
            "operator:root USER_ADDED ana",
            "operator:ana PASSWORD_CHOSEN ana",
            "operator:ana DEVICE_CONFIRMED ana",
            "operator:ana SIGNED_IN ana",
            "operator:ana SIGNED_OUT ana",
        ]);
        assert_eq!(findings(world).await, []);
        console.stop().await;
    }

    async fn the_record_cannot_be_changed_by_mistake(world: &mut World) {
        act(world, &ana(), 1).await;
        for sql in ["UPDATE audit_records SET actor = 'x'", "DELETE FROM audit_records"] {
            let mut tx = world.write().await;
            let outcome = match &mut tx {
                Tx::Postgres(tx, _) => sqlx::query(sql).execute(&mut **tx).await.map(|_done| ()),
                Tx::Sqlite(tx, _) => sqlx::query(sql).execute(&mut **tx).await.map(|_done| ()),
            };
            let error = outcome.unwrap_err().to_string();
            assert!(error.contains("the audit record only grows"), "{error}");
        }
    }

    async fn an_altered_record_is_found(world: &mut World) {
        act(world, &ana(), 5).await;
        tamper(world, "UPDATE audit_records SET actor = 'operator:bogdan' WHERE seq = 3").await;
        let found = findings(world).await;
        assert_eq!(found, [Finding::Altered(3), Finding::HistoryDiffers(3)]);
    }

    async fn a_record_altered_together_with_its_hash_is_found(world: &mut World) {
        act(world, &ana(), 5).await;
        let mut record = records(world).await.remove(2);
        record.entry.reason = Some("another".to_owned());
        let hash = hash_of(&record.previous_hash, 3, &record.entry).to_vec();
        tamper(world, "UPDATE audit_records SET reason = 'another' WHERE seq = 3").await;
        let mut tx = world.write().await;
        run_sql!(&mut tx, "UPDATE audit_records SET hash = $1 WHERE seq = 3", hash);
        tx.commit().await.unwrap();
        let found = findings(world).await;
        assert_eq!(found, [Finding::HistoryDiffers(3), Finding::Unbound(4)]);
    }

    async fn a_removed_record_is_found_wherever_it_stood(world: &mut World) {
        act(world, &ana(), 6).await;
        tamper(world, "DELETE FROM audit_records WHERE seq IN (3, 4)").await;
        assert_eq!(findings(world).await, [Finding::Removed { first: 3, last: 4 }]);
        tamper(world, "DELETE FROM audit_records WHERE seq = 1").await;
        assert_eq!(findings(world).await[0], Finding::Removed { first: 1, last: 1 });
    }

    async fn a_record_that_is_cut_off_is_found(world: &mut World) {
        act(world, &ana(), 4).await;
        tamper(world, "DELETE FROM audit_records WHERE seq = 4").await;
        assert_eq!(findings(world).await, [Finding::CutOff { last: 3, expected: 4 }]);
        tamper(world, "DELETE FROM audit_records").await;
        assert_eq!(findings(world).await, [Finding::CutOff { last: 0, expected: 4 }]);
    }

    async fn a_record_that_was_put_in_is_found(world: &mut World) {
        act(world, &ana(), 4).await;
        // Behind the end.
        tamper(world, "
            INSERT INTO audit_records (seq, at, actor, action, subject_kind, subject, detail,
                                       previous_hash, hash)
            SELECT 5, at, actor, action, subject_kind, subject, detail, hash, previous_hash
            FROM audit_records WHERE seq = 4").await;
        assert_eq!(findings(world).await, [Finding::Altered(5), Finding::PutIn(5)]);
        // In the place of another.
        tamper(world, "DELETE FROM audit_records WHERE seq IN (3, 5)").await;
        tamper(world, "
            INSERT INTO audit_records (seq, at, actor, action, subject_kind, subject, detail,
                                       previous_hash, hash)
            SELECT 3, at, actor, action, subject_kind, subject, detail, previous_hash, hash
            FROM audit_records WHERE seq = 2").await;
        let found = findings(world).await;
        assert!(found.contains(&Finding::Altered(3)) && found.contains(&Finding::Unbound(3)), "{found:?}");
    }

    async fn a_rewritten_history_is_found_by_the_record(world: &mut World) {
        act(world, &ana(), 3).await;
        tamper(world, "UPDATE history SET note = 'nobody asked' WHERE id IN
                       (SELECT history_id FROM audit_records WHERE seq = 2)").await;
        assert_eq!(findings(world).await, [Finding::HistoryDiffers(2)]);
        tamper(world, "DELETE FROM history WHERE id IN
                       (SELECT history_id FROM audit_records WHERE seq = 1)").await;
        assert_eq!(findings(world).await, [Finding::HistoryDiffers(1), Finding::HistoryDiffers(2)]);
    }

    async fn every_day_with_records_is_signed_once_and_its_head_binds_a_rewritten_chain(world: &mut World) {
        act(world, &ana(), 3).await;
        assert!(!sign_head_of_yesterday(&world.gateway).await.unwrap(), "the day is not over");
        world.pass(TimeDelta::days(1));
        assert!(sign_head_of_yesterday(&world.gateway).await.unwrap());
        assert!(!sign_head_of_yesterday(&world.gateway).await.unwrap(), "once");
        world.pass(TimeDelta::days(1));
        assert!(!sign_head_of_yesterday(&world.gateway).await.unwrap(), "nothing new to sign");
        act(world, &ana(), 1).await;
        world.pass(TimeDelta::days(1));
        assert!(sign_head_of_yesterday(&world.gateway).await.unwrap());
        let seen = examined(world).await;
        assert_eq!((seen.heads, seen.findings.len()), (2, 0), "{:?}", seen.findings);
        assert_eq!(seen.signed_until.unwrap().to_string(), "2026-11-04");

        // Whoever rewrites the whole chain with good hashes cannot sign it.
        rewrite_all(world).await;
        let days: Vec<_> = findings(world).await;
        assert!(matches!(days[..], [Finding::HeadDiffers { seq: 3, .. }, Finding::HeadDiffers { seq: 4, .. }]), "{days:?}");
        // Nor say that something else was signed.
        tamper(world, "UPDATE audit_heads SET hash = (SELECT hash FROM audit_records WHERE seq = 3) WHERE seq = 3").await;
        let days: Vec<_> = findings(world).await;
        assert!(matches!(days[..], [Finding::HeadUnsigned(_), Finding::HeadDiffers { seq: 4, .. }]), "{days:?}");
        // A cut that forgets the end of the chain too is told by the head.
        tamper(world, "DELETE FROM audit_records WHERE seq = 4").await;
        tamper(world, "UPDATE audit_chain SET seq = 3, hash = (SELECT hash FROM audit_records WHERE seq = 3)").await;
        let days: Vec<_> = findings(world).await;
        assert!(days.iter().any(|found| matches!(found, Finding::HeadDiffers { seq: 4, .. })), "{days:?}");
    }

    async fn the_record_is_taken_out_with_a_signed_word_about_it(world: &mut World) {
        act(world, &ana(), 3).await;
        let mut lines = Vec::new();
        let document = export(&world.gateway, &mut lines, &ana(), Some("yearly audit")).await.unwrap();
        let text = String::from_utf8(lines.clone()).unwrap();
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((first["seq"].as_i64(), first["actor"].as_str()), (Some(1), Some("operator:ana")));
        assert_eq!(text.lines().count(), 3);
        let digest = hexadecimal(openssl::sha::sha256(&lines));
        let document = String::from_utf8(document).unwrap();
        assert!(document.contains(&format!("<LinesSha256>{digest}</LinesSha256>")), "{document}");
        assert!(document.contains("<Records>3</Records>") && document.contains("SignatureValue"));
        let last = records(world).await.pop().unwrap();
        assert_eq!((last.seq, last.entry.action.as_str()), (4, "AUDIT_EXPORTED"));
        assert_eq!(findings(world).await, []);
    }
}

/// Rewrites every record with another actor and good hashes, and the end of the chain and the history
/// with it.
async fn rewrite_all(world: &World) {
    tamper(world, "UPDATE audit_records SET actor = 'operator:eve'").await;
    tamper(world, "UPDATE history SET actor = 'operator:eve'").await;
    let mut previous = audit::BEGINNING.to_vec();
    let mut tx = world.write().await;
    for record in records(world).await {
        let hash = hash_of(&previous, record.seq, &record.entry).to_vec();
        run_sql!(
            &mut tx,
            "UPDATE audit_records SET previous_hash = $1, hash = $2 WHERE seq = $3",
            previous.clone(),
            hash.clone(),
            record.seq
        );
        previous = hash;
    }
    run_sql!(
        &mut tx,
        "UPDATE audit_chain SET hash = $1",
        previous.clone()
    );
    tx.commit().await.unwrap();
    let mut tx = world.read().await;
    assert_eq!(
        rows!((i64,), &mut tx, "SELECT seq FROM audit_chain").len(),
        1
    );
}

/// A hash as text.
fn hexadecimal(hash: [u8; 32]) -> String {
    let half = |half: &[u8]| u128::from_be_bytes(half.try_into().unwrap());
    format!("{:032x}{:032x}", half(&hash[..16]), half(&hash[16..]))
}
