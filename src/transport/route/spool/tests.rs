//! Crashes between any two steps, on both sides of the spool.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::symlink;

use openssl::sha::sha256;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::domain::hex::hex;
use crate::transport::route::ParcelKind;

const ORDER: &[u8] = b"<Order>signed</Order>";

fn parcel(content: &[u8]) -> Parcel {
    Parcel {
        kind: ParcelKind::Order,
        number: "CNIN-20261102-0001".to_owned(),
        message_id: Uuid::from_u128(7),
        sha256: sha256(content),
        size_bytes: content.len().try_into().unwrap(),
    }
}

fn content(of: &[u8]) -> Content {
    Box::new(Cursor::new(of.to_vec()))
}

struct Scene {
    spool: Spool,
    dir: TempDir,
}

impl Scene {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        Self { spool, dir }
    }

    fn outgoing(&self) -> Outgoing {
        Outgoing::new(self.spool.outgoing(), parcel(ORDER))
    }

    /// What counts for whoever reads the folder `out` by the rules of the spool.
    fn counts(&self) -> Vec<Vec<u8>> {
        looks(&incoming::list(&self.spool.outgoing()).unwrap())
    }

    /// What counts of the folder `in`.
    fn arrived(&self) -> Vec<Vec<u8>> {
        looks(&self.spool.arrived().unwrap())
    }

    fn files(&self, below: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.dir.path().join(below)) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Lays a document of the bureau into `in`, with a manifest about these bytes.
    fn lay(&self, name: &str, document: &[u8], announced: &[u8]) {
        let dir = self.dir.path().join("in");
        fs::write(dir.join(name), document).unwrap();
        let manifest = format!(
            r#"{{"size": {}, "sha256": "{}"}}"#,
            announced.len(),
            hex(&sha256(announced))
        );
        fs::write(dir.join(format!("{name}.manifest")), manifest).unwrap();
    }

    fn only(&self) -> Candidate {
        let [one] = self.spool.arrived().unwrap().try_into().unwrap();
        one
    }
}

fn looks(candidates: &[Candidate]) -> Vec<Vec<u8>> {
    let looks = candidates.iter().map(|one| one.look(1 << 20).unwrap());
    looks
        .filter_map(|look| match look {
            Look::Whole(bytes) => Some(bytes),
            _ => None,
        })
        .collect()
}

#[test]
fn a_document_counts_after_the_last_step_alone_and_every_step_may_be_done_again() {
    for steps in 0..=4 {
        let scene = Scene::open();
        scene.outgoing().take_only(steps, content(ORDER));
        let expected: &[&[u8]] = if steps == 4 { &[ORDER] } else { &[] };
        assert_eq!(scene.counts(), expected, "after {steps} steps");

        let placed = scene.outgoing().place(content(ORDER)).unwrap();
        let expected = if steps == 4 {
            Placed::Before
        } else {
            Placed::Now
        };
        assert_eq!(placed, expected, "after {steps} steps");
        assert_eq!(scene.counts(), [ORDER], "after {steps} steps");
        let names = ["CNIN-20261102-0001.xml", "CNIN-20261102-0001.xml.manifest"];
        assert_eq!(scene.files("out"), names, "nothing unfinished is left");
    }
}

#[test]
fn what_was_half_written_is_written_over() {
    let scene = Scene::open();
    let part = scene.dir.path().join("out/CNIN-20261102-0001.xml.part");
    fs::write(&part, vec![b'x'; 1000]).unwrap();
    assert_eq!(scene.outgoing().place(content(ORDER)).unwrap(), Placed::Now);
    assert_eq!(scene.counts(), [ORDER]);
}

#[test]
fn two_processes_do_not_write_one_document_at_once() {
    let scene = Scene::open();
    let part = scene.dir.path().join("out/CNIN-20261102-0001.xml.part");
    let other = fs::File::create(&part).unwrap();
    rustix::fs::flock(&other, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let placed = scene.outgoing().place(content(ORDER)).unwrap();
    assert!(matches!(placed, Placed::NotNow(_)), "{placed:?}");
    assert_eq!(scene.counts(), Vec::<Vec<u8>>::new());
    drop(other);
    assert_eq!(scene.outgoing().place(content(ORDER)).unwrap(), Placed::Now);
}

#[test]
fn another_document_of_the_same_name_is_told_and_stays() {
    let scene = Scene::open();
    let other = Outgoing::new(scene.spool.outgoing(), parcel(b"other"));
    assert_eq!(other.place(content(b"other")).unwrap(), Placed::Now);
    let placed = scene.outgoing().place(content(ORDER)).unwrap();
    assert_eq!(placed, Placed::Conflict);
    assert_eq!(scene.counts(), [b"other"]);
}

#[test]
fn a_document_that_was_taken_without_its_manifest_is_written_again() {
    let scene = Scene::open();
    assert_eq!(scene.outgoing().place(content(ORDER)).unwrap(), Placed::Now);
    fs::remove_file(scene.dir.path().join("out/CNIN-20261102-0001.xml")).unwrap();
    assert_eq!(scene.outgoing().place(content(ORDER)).unwrap(), Placed::Now);
    assert_eq!(scene.counts(), [ORDER]);
}

#[test]
fn other_bytes_than_were_announced_are_a_fault_of_ours_and_never_count() {
    let scene = Scene::open();
    for other in [b"<Order>signeD</Order>".as_slice(), b"short", b""] {
        assert!(scene.outgoing().place(content(other)).is_err());
        assert_eq!(scene.counts(), Vec::<Vec<u8>>::new());
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let scene = Scene::open();
    fs::remove_dir(scene.spool.outgoing()).unwrap();
    let order = parcel(ORDER);
    let carried = scene
        .spool
        .carry(&order, content(ORDER), DateTime::UNIX_EPOCH);
    assert_eq!(carried.await.unwrap().verdict, DeliveryVerdict::Retry);
}

#[test]
fn a_document_of_the_bureau_is_taken_when_its_manifest_agrees() {
    let scene = Scene::open();
    scene.lay("a.xml", b"receipt", b"receipt");
    fs::write(scene.dir.path().join("in/b.xml"), "without a manifest").unwrap();
    fs::write(scene.dir.path().join("in/c.xml.part"), "unfinished").unwrap();
    fs::write(scene.dir.path().join("in/c.xml.manifest.part"), "{").unwrap();
    assert_eq!(scene.arrived(), [b"receipt"]);

    scene.only().put_away(true, "{}").unwrap();
    assert_eq!(scene.arrived(), Vec::<Vec<u8>>::new());
    let taken = [
        "a.xml",
        "a.xml.manifest",
        "a.xml.manifest.report.json",
        "a.xml.report.json",
    ];
    assert_eq!(scene.files("in/done"), taken);
    assert_eq!(
        scene.files("in"),
        ["b.xml", "c.xml.manifest.part", "c.xml.part", "done"]
    );
}

#[test]
fn what_does_not_agree_is_named() {
    for (document, announced) in [
        (b"cut".as_slice(), b"cut off".as_slice()),
        (b"changed", b"Changed"),
    ] {
        let scene = Scene::open();
        scene.lay("a.xml", document, announced);
        assert!(matches!(
            scene.only().look(1 << 20).unwrap(),
            Look::Wrong(_)
        ));
        scene.only().put_away(false, "{}").unwrap();
        assert_eq!(scene.files("in"), ["refused"]);
    }
    let scene = Scene::open();
    scene.lay("a.xml", b"long", b"long");
    assert!(
        matches!(scene.only().look(3).unwrap(), Look::Wrong(_)),
        "longer than allowed"
    );
    for manifest in [
        "",
        "[]",
        "{\"size\": 4}",
        "{\"size\": 4, \"sha256\": \"abc\"}",
    ] {
        fs::write(scene.dir.path().join("in/a.xml.manifest"), manifest).unwrap();
        let look = scene.only().look(1 << 20).unwrap();
        assert!(matches!(look, Look::Wrong(_)), "{manifest}");
    }
}

#[test]
fn a_manifest_that_a_crash_left_alone_still_names_what_was_taken() {
    let scene = Scene::open();
    scene.lay("a.xml", b"receipt", b"receipt");
    scene.only().put_only_document_away(true, "{}");
    let look = scene.only().look(1 << 20).unwrap();
    assert!(matches!(look, Look::Missing(digest) if digest == sha256(b"receipt")));
    scene.only().put_away(true, "{}").unwrap();
    assert_eq!(scene.files("in"), ["done"]);
}

#[test]
fn the_bureaus_group_may_write_into_folders_that_we_made_and_others_stay_as_they_are() {
    let mode = |folder: PathBuf| fs::metadata(folder).unwrap().permissions().mode() & 0o7777;
    let scene = Scene::open();
    assert_eq!(mode(scene.spool.incoming()), 0o2770);
    fs::set_permissions(scene.spool.incoming(), Permissions::from_mode(0o700)).unwrap();
    let again = Spool::open(scene.dir.path()).unwrap();
    assert_eq!(mode(again.incoming()), 0o700);
}

#[test]
fn links_lead_nowhere() {
    let scene = Scene::open();
    let secret = scene.dir.path().join("secret");
    fs::write(&secret, "receipt").unwrap();
    scene.lay("a.xml", b"receipt", b"receipt");
    fs::remove_file(scene.dir.path().join("in/a.xml")).unwrap();
    symlink(&secret, scene.dir.path().join("in/a.xml")).unwrap();
    assert!(matches!(
        scene.only().look(1 << 20).unwrap(),
        Look::Missing(_)
    ));

    symlink(
        &secret,
        scene.dir.path().join("out/CNIN-20261102-0001.xml.part"),
    )
    .unwrap();
    let placed = scene.outgoing().place(content(ORDER)).unwrap();
    assert!(matches!(placed, Placed::NotNow(_)), "{placed:?}");
    assert_eq!(fs::read(&secret).unwrap(), b"receipt");
}
