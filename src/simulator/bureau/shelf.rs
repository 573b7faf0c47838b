//! Documents that the bureau lays out for the gateway instead of posting them: on a shelf that is
//! asked over HTTPS (`/outbox`), or in a spool.

use std::collections::BTreeMap;
use std::path::PathBuf;

use actix_web::{HttpResponse, web};
use bytes::Bytes;
use openssl::sha::sha256;
use serde::Deserialize;
use serde_json::json;

use crate::domain::hex::hex;
use crate::simulator::bureau::post::Posted;
use crate::simulator::bureau::{Bureau, LETTERS_MAX, lock, spool};

/// How documents get to the gateway.
#[derive(Debug, Default)]
pub(super) enum Way {
    /// The bureau posts them.
    #[default]
    Post,
    /// They lie on a shelf.
    Shelf(Shelf),
    /// They are written to this spool.
    Spool(PathBuf),
}

/// Documents by their names, which are in the order in which they were laid there.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    documents: BTreeMap<String, Bytes>,
    count: u64,
}

impl Bureau {
    /// Posts nothing from now on: documents wait on a shelf until the gateway confirms them.
    pub fn keep_on_shelf(&self) {
        *lock(&self.inner.way) = Way::Shelf(Shelf::default());
    }

    /// Posts nothing from now on: documents are written to a spool, and orders are taken from it.
    pub fn use_spool(&self, dir: PathBuf) {
        *lock(&self.inner.way) = Way::Spool(dir);
    }

    /// Documents on the shelf that the gateway has not confirmed.
    pub fn on_shelf(&self) -> usize {
        match &*lock(&self.inner.way) {
            Way::Shelf(laid) => laid.documents.len(),
            _ => 0,
        }
    }

    /// Lays out what is due; how much, or `None` when documents are posted.
    pub(super) fn lay_out(&self) -> Option<u32> {
        if matches!(*lock(&self.inner.way), Way::Post) {
            return None;
        }
        let mut laid = 0;
        while laid < LETTERS_MAX {
            let due = self.desk().mailbox.due(self.inner.clock.now());
            let Some((place, letter)) = due else {
                break;
            };
            let posted = self.lay(&letter.bytes);
            self.record(place, &letter, posted);
            laid += 1;
        }
        Some(laid)
    }

    /// Lays one document out.
    pub(super) fn lay(&self, document: &Bytes) -> Posted {
        let digest = hex(&sha256(document));
        let start: String = digest.chars().take(16).collect();
        let written = match &mut *lock(&self.inner.way) {
            Way::Post => return Posted::Unanswered,
            Way::Shelf(laid) => {
                laid.count += 1;
                let name = format!("{:06}-{start}", laid.count);
                laid.documents.insert(name, document.clone());
                return Posted::Taken;
            }
            Way::Spool(dir) => spool::write(dir, &start, document, &digest),
        };
        match written {
            Ok(()) => Posted::Taken,
            Err(error) => {
                tracing::warn!(%error, "a document could not be written to the spool");
                Posted::Unanswered
            }
        }
    }

    pub(super) fn spool(&self) -> Option<PathBuf> {
        match &*lock(&self.inner.way) {
            Way::Spool(dir) => Some(dir.clone()),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
    limit: Option<usize>,
}

/// The routes of the shelf.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/outbox", web::get().to(list))
        .route("/outbox/{id}", web::get().to(give))
        .route("/outbox/{id}", web::delete().to(confirm));
}

async fn list(bureau: web::Data<Bureau>, asked: web::Query<Asked>) -> HttpResponse {
    let Way::Shelf(laid) = &*lock(&bureau.inner.way) else {
        return HttpResponse::NotFound().finish();
    };
    let after = asked.after.clone().unwrap_or_default();
    let page = laid.documents.iter().filter(|(name, _)| **name > after);
    let documents: Vec<_> = page
        .take(asked.limit.unwrap_or(10))
        .map(|(name, document)| {
            let digest = hex(&sha256(document));
            json!({"id": name, "sha256": digest, "size": document.len()})
        })
        .collect();
    HttpResponse::Ok().json(json!({ "documents": documents }))
}

async fn give(bureau: web::Data<Bureau>, id: web::Path<String>) -> HttpResponse {
    let document = match &*lock(&bureau.inner.way) {
        Way::Shelf(laid) => laid.documents.get(&*id).cloned(),
        _ => None,
    };
    document.map_or_else(
        || HttpResponse::NotFound().finish(),
        |document| {
            HttpResponse::Ok()
                .content_type("application/xml")
                .body(document)
        },
    )
}

async fn confirm(bureau: web::Data<Bureau>, id: web::Path<String>) -> HttpResponse {
    let removed = match &mut *lock(&bureau.inner.way) {
        Way::Shelf(laid) => laid.documents.remove(&*id),
        _ => None,
    };
    match removed {
        Some(_) => HttpResponse::NoContent().finish(),
        None => HttpResponse::NotFound().finish(),
    }
}
