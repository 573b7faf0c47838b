//! What the vault promises, each promise broken once.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;

use chrono::TimeDelta;
use tempfile::TempDir;

use super::*;
use crate::random::Random;
use crate::vault::aead::TAG_LEN;
use crate::vault::sealing::HANDED_LEN;
use crate::vault::stream::{CHUNK_LEN, MAGIC};

/// A vault in a folder of its own, and ids that go with it.
struct Kit {
    folder: TempDir,
    vault: Vault,
    random: Random,
    now: DateTime<Utc>,
}

impl Kit {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&config_in(&folder)).unwrap();
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        Self {
            folder,
            vault,
            random: Random::seeded(7),
            now,
        }
    }

    fn new_id(&self) -> SealedId {
        SealedId(self.random.uuid(self.now))
    }

    fn bytes(&self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.random.fill(&mut bytes);
        bytes
    }

    fn blob_path(&self, id: SealedId) -> PathBuf {
        let name = id.to_string();
        let digits: Vec<char> = name.chars().rev().take(3).collect();
        let drawer = format!("{}{}", digits[2], digits[1]);
        self.folder
            .path()
            .join("vault")
            .join(drawer)
            .join(digits[0].to_string())
            .join(name)
    }

    fn unfinished(&self) -> usize {
        fs::read_dir(self.folder.path().join("vault/incoming"))
            .unwrap()
            .count()
    }
}

fn config_in(folder: &TempDir) -> VaultConfig {
    VaultConfig {
        dir: folder.path().join("vault"),
        master_key_file: folder.path().join("master.key"),
        create_missing_key: true,
        durable: true,
    }
}

#[test]
fn what_was_sealed_opens_to_the_same_bytes_at_every_length() {
    let kit = Kit::new();
    let around_a_chunk = [CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN];
    for length in [0, 1, 90_000].into_iter().chain(around_a_chunk) {
        let (id, plain) = (kit.new_id(), kit.bytes(length));

        let sealed = kit.vault.put(id, &plain).unwrap();

        assert_eq!(sealed.size_bytes, i64::try_from(length).unwrap());
        assert_eq!(
            *kit.vault.get(id, &sealed.wrapped_key).unwrap(),
            plain,
            "{length} bytes"
        );
    }
    assert_eq!(kit.unfinished(), 0);
}

#[test]
fn a_stream_in_small_pieces_makes_a_blob_that_reads_back_in_small_pieces() {
    let kit = Kit::new();
    let (id, plain) = (kit.new_id(), kit.bytes(200_000));
    let mut writer = kit.vault.writer(id).unwrap();
    for piece in plain.chunks(777) {
        writer.write_all(piece).unwrap();
    }
    let sealed = writer.finish().unwrap();

    let mut reader = kit.vault.reader(id, &sealed.wrapped_key).unwrap();
    let (mut read, mut piece) = (Vec::new(), [0; 1000]);
    loop {
        match reader.read(&mut piece).unwrap() {
            0 => break,
            count => read.extend_from_slice(&piece[..count]),
        }
    }

    assert_eq!(read, plain);
    assert_eq!(sealed.size_bytes, 200_000);
}

#[test]
fn the_disk_holds_no_plain_byte_and_the_digest_is_that_of_the_blob() {
    let kit = Kit::new();
    let (id, plain) = (
        kit.new_id(),
        b"Ana-Maria Exemplu, strada Inventata 3".repeat(3000),
    );

    let sealed = kit.vault.put(id, &plain).unwrap();

    let blob = fs::read(kit.blob_path(id)).unwrap();
    assert!(!blob.windows(9).any(|bytes| bytes == b"Ana-Maria"));
    assert_eq!(digest_of(&blob), sealed.sha256);
    assert_eq!(
        fs::metadata(kit.blob_path(id)).unwrap().mode() & 0o777,
        0o600
    );
}

/// What a row keeps of a blob: the hash of its beginning and of the tags of its chunks.
fn digest_of(blob: &[u8]) -> [u8; 32] {
    let (magic, chunks) = blob.split_at(MAGIC.len());
    let mut seen = magic.to_vec();
    for chunk in chunks.chunks(CHUNK_LEN + TAG_LEN) {
        seen.extend_from_slice(&chunk[chunk.len() - TAG_LEN..]);
    }
    openssl::sha::sha256(&seen)
}

#[test]
fn long_content_is_the_same_whether_it_was_at_hand_or_streamed() {
    let kit = Kit::new();
    for length in [
        HANDED_LEN - 1,
        HANDED_LEN,
        HANDED_LEN + 1,
        2 * HANDED_LEN,
        4 * HANDED_LEN + CHUNK_LEN,
        3_000_001,
    ] {
        let plain = kit.bytes(length);
        let (at_hand, streamed) = (kit.new_id(), kit.new_id());
        let put = kit.vault.put(at_hand, &plain).unwrap();
        let mut writer = kit.vault.writer(streamed).unwrap();
        for piece in plain.chunks(100_003) {
            writer.write_all(piece).unwrap();
        }
        let written = writer.finish().unwrap();

        for (id, sealed) in [(at_hand, put), (streamed, written)] {
            let blob = fs::read(kit.blob_path(id)).unwrap();
            assert_eq!(digest_of(&blob), sealed.sha256, "{length}");
            let opened = kit.vault.get(id, &sealed.wrapped_key).unwrap();
            assert!(*opened == plain, "{length}");
        }
    }
    assert_eq!(kit.unfinished(), 0);
}

#[test]
fn a_long_stream_that_is_abandoned_leaves_nothing() {
    let kit = Kit::new();
    let mut writer = kit.vault.writer(kit.new_id()).unwrap();
    writer.write_all(&kit.bytes(3_000_000)).unwrap();
    assert_eq!(kit.unfinished(), 1);

    drop(writer);

    assert_eq!(kit.unfinished(), 0);
}

/// Seals three chunks, lets `change` loose on the blob, and says how opening it fails.
fn after(change: impl FnOnce(&mut Vec<u8>)) -> VaultError {
    let kit = Kit::new();
    let (id, plain) = (kit.new_id(), kit.bytes(2 * CHUNK_LEN + 500));
    let sealed = kit.vault.put(id, &plain).unwrap();
    let mut blob = fs::read(kit.blob_path(id)).unwrap();
    let whole = blob.clone();
    change(&mut blob);
    assert_ne!(blob, whole, "the change must change something");
    fs::write(kit.blob_path(id), &blob).unwrap();

    let streamed = kit.vault.reader(id, &sealed.wrapped_key);
    let streamed = streamed.map_err(io::Error::from);
    let streamed = streamed.and_then(|mut reader| reader.read_to_end(&mut Vec::new()));
    assert!(streamed.is_err(), "the stream must fail too");
    kit.vault.get(id, &sealed.wrapped_key).unwrap_err()
}

#[test]
fn an_altered_cut_lengthened_or_reordered_blob_does_not_open() {
    let sealed_chunk = CHUNK_LEN + 16;
    let damaged =
        |error: VaultError| assert!(matches!(error, VaultError::Damaged { .. }), "{error}");

    damaged(after(|blob| blob[MAGIC.len() + 10] ^= 1));
    damaged(after(|blob| *blob.last_mut().unwrap() ^= 1));
    damaged(after(|blob| blob[3] ^= 1));
    damaged(after(Vec::clear));
    damaged(after(|blob| blob.truncate(blob.len() - 1)));
    damaged(after(|blob| blob.push(0)));
    // Whole chunks, each authentic in itself.
    damaged(after(|blob| blob.truncate(MAGIC.len())));
    damaged(after(|blob| blob.truncate(MAGIC.len() + sealed_chunk)));
    damaged(after(|blob| blob.truncate(MAGIC.len() + 2 * sealed_chunk)));
    damaged(after(|blob| {
        let end = blob.split_off(MAGIC.len() + 2 * sealed_chunk);
        blob.extend([end.clone(), end].concat());
    }));
    damaged(after(|blob| {
        let (first, second) = blob[MAGIC.len()..].split_at_mut(sealed_chunk);
        first.swap_with_slice(&mut second[..sealed_chunk]);
    }));
    damaged(after(|blob| {
        blob.drain(MAGIC.len()..MAGIC.len() + sealed_chunk);
    }));
}

#[test]
fn a_cut_stream_fails_at_its_end_instead_of_ending() {
    let kit = Kit::new();
    let (id, plain) = (kit.new_id(), kit.bytes(2 * CHUNK_LEN));
    let sealed = kit.vault.put(id, &plain).unwrap();
    let blob = File::options().write(true).open(kit.blob_path(id)).unwrap();
    blob.set_len(u64::try_from(MAGIC.len() + CHUNK_LEN + 16).unwrap())
        .unwrap();

    let mut reader = kit.vault.reader(id, &sealed.wrapped_key).unwrap();
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let cause = error.get_ref().unwrap().downcast_ref::<VaultError>();
    assert!(
        matches!(cause, Some(VaultError::Damaged { .. })),
        "{cause:?}"
    );
    let again = reader.read(&mut [0; 10]);
    assert!(again.is_err(), "a failed stream never becomes an ended one");
}

#[test]
fn swapped_blobs_and_swapped_keys_do_not_open() {
    let kit = Kit::new();
    let (one, two) = (kit.new_id(), kit.new_id());
    let sealed_one = kit.vault.put(one, b"one").unwrap();
    let sealed_two = kit.vault.put(two, b"two").unwrap();

    let other_key = kit.vault.get(one, &sealed_two.wrapped_key);
    assert!(
        matches!(other_key, Err(VaultError::KeyRefused { id }) if id == one),
        "{other_key:?}"
    );

    fs::copy(kit.blob_path(two), kit.blob_path(one)).unwrap();
    let other_blob = kit.vault.get(one, &sealed_one.wrapped_key);
    assert!(matches!(other_blob, Err(VaultError::Damaged { id, .. }) if id == one));
}

#[test]
fn a_blob_is_bound_to_its_id_even_under_its_own_key() {
    let kit = Kit::new();
    let (one, two) = (kit.new_id(), kit.new_id());
    let sealed = kit.vault.put(one, b"one").unwrap();
    let key = kit.vault.unwrap_key(&sealed.wrapped_key, one).unwrap();
    let wrapped_for_two = kit.vault.wrap(&key, two).unwrap();
    kit.vault.put(two, b"two").unwrap();
    fs::copy(kit.blob_path(one), kit.blob_path(two)).unwrap();

    let moved = kit.vault.get(two, &wrapped_for_two);

    assert!(
        matches!(moved, Err(VaultError::Damaged { .. })),
        "{moved:?}"
    );
}

#[test]
fn a_damaged_wrapped_key_is_refused_whatever_was_damaged() {
    let kit = Kit::new();
    let id = kit.new_id();
    let wrapped = kit.vault.put(id, b"content").unwrap().wrapped_key;
    assert_eq!(wrapped.len(), 69);
    for position in 0..wrapped.len() {
        let mut damaged = wrapped.clone();
        damaged[position] ^= 1;
        let error = kit.vault.get(id, &damaged).unwrap_err();
        let of_another_master = (1..9).contains(&position);
        match error {
            VaultError::UnknownMasterKey { .. } => assert!(of_another_master, "{position}"),
            VaultError::KeyRefused { .. } => assert!(!of_another_master, "{position}"),
            other => panic!("byte {position}: {other}"),
        }
    }
    for length in 0..wrapped.len() {
        assert!(
            kit.vault.get(id, &wrapped[..length]).is_err(),
            "{length} bytes"
        );
    }
}

#[test]
fn erased_content_is_missing_and_erasing_again_says_so() {
    let kit = Kit::new();
    let id = kit.new_id();
    let sealed = kit.vault.put(id, b"content").unwrap();

    assert!(kit.vault.erase(id).unwrap());

    assert!(!kit.vault.erase(id).unwrap());
    let gone = kit.vault.get(id, &sealed.wrapped_key);
    assert!(matches!(gone, Err(VaultError::Missing { .. })), "{gone:?}");
}

#[test]
fn an_id_is_sealed_once_and_an_unfinished_writer_leaves_nothing() {
    let kit = Kit::new();
    let id = kit.new_id();
    let mut abandoned = kit.vault.writer(id).unwrap();
    abandoned.write_all(&kit.bytes(3 * CHUNK_LEN)).unwrap();
    assert_eq!(kit.unfinished(), 1);
    let meanwhile = kit.vault.put(id, b"second");
    assert!(
        matches!(meanwhile, Err(VaultError::AlreadySealed { .. })),
        "{meanwhile:?}"
    );
    drop(abandoned);
    assert_eq!(kit.unfinished(), 0);

    let sealed = kit.vault.put(id, b"content").unwrap();
    let again = kit.vault.put(id, b"other");

    assert!(
        matches!(again, Err(VaultError::AlreadySealed { .. })),
        "{again:?}"
    );
    assert_eq!(*kit.vault.get(id, &sealed.wrapped_key).unwrap(), b"content");
}

#[test]
fn a_full_disk_is_told_apart_from_other_failures() {
    // The kernel's own full disk: every write to it fails as one to a full file system does.
    let full = File::options().write(true).open("/dev/full").unwrap();
    let kit = Kit::new();
    let key = kit.vault.new_key().unwrap();
    let mut sealing = Sealing::new(&key, kit.new_id(), full).unwrap();
    let plain = kit.bytes(HANDED_LEN);

    // Another thread writes, so that one more buffer or two are taken before it is known.
    let error = (0..20).find_map(|_| sealing.take(&plain).err()).unwrap();

    assert!(matches!(error, VaultError::Full { .. }), "{error}");
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::StorageFull);
    let again = sealing.take(&plain).unwrap_err();
    assert!(matches!(again, VaultError::Io { .. }), "{again}");
    assert!(sealing.finish().is_err());
}

#[test]
fn a_full_disk_is_told_of_short_content_too() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let kit = Kit::new();
    let key = kit.vault.new_key().unwrap();
    let mut sealing = Sealing::new(&key, kit.new_id(), full).unwrap();
    sealing.take(b"content").unwrap();

    let error = sealing.finish().unwrap_err();

    assert!(matches!(error, VaultError::Full { .. }), "{error}");
}

#[test]
fn a_folder_that_cannot_be_used_is_a_failure_of_the_file_system_not_a_missing_blob() {
    let kit = Kit::new();
    let id = kit.new_id();
    let wrapped = kit.vault.put(id, b"content").unwrap().wrapped_key;
    let leaf = kit.blob_path(id).parent().unwrap().to_owned();
    fs::remove_dir_all(&leaf).unwrap();
    fs::write(&leaf, b"no folder").unwrap();

    let read = kit.vault.get(id, &wrapped);
    assert!(matches!(read, Err(VaultError::Io { .. })), "{read:?}");
    let listed = kit.vault.list(Drawer::of(id), DateTime::<Utc>::MAX_UTC, 10);
    assert!(matches!(listed, Err(VaultError::Io { .. })), "{listed:?}");

    let elsewhere = VaultConfig {
        dir: leaf,
        ..config_in(&kit.folder)
    };
    let opened = Vault::open(&elsewhere);
    assert!(matches!(opened, Err(VaultError::Io { .. })), "{opened:?}");
}

#[test]
fn the_first_start_makes_a_master_key_for_its_owner_alone() {
    let kit = Kit::new();
    let sealed = kit.vault.put(kit.new_id(), b"content").unwrap();
    let path = kit.folder.path().join("master.key");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);

    let again = Vault::open(&config_in(&kit.folder)).unwrap();

    assert_eq!(
        again.lookup_hash("cnp", "x"),
        kit.vault.lookup_hash("cnp", "x")
    );
    assert!(again.inner.master.is_current(&sealed.wrapped_key));
}

#[test]
fn a_missing_or_exposed_master_key_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let strict = VaultConfig {
        create_missing_key: false,
        ..config_in(&folder)
    };
    let missing = Vault::open(&strict).unwrap_err();
    assert!(matches!(
        missing,
        VaultError::MasterKeyFile(PrivateFileError::Missing { .. })
    ));

    Vault::open(&config_in(&folder)).unwrap();
    fs::set_permissions(&strict.master_key_file, fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = Vault::open(&strict).unwrap_err();
    assert!(matches!(
        exposed,
        VaultError::MasterKeyFile(PrivateFileError::Exposed { .. })
    ));
}

#[test]
fn a_lost_master_key_is_never_replaced_by_a_new_one() {
    let kit = Kit::new();
    fs::remove_file(kit.folder.path().join("master.key")).unwrap();

    let opened = Vault::open(&config_in(&kit.folder)).unwrap_err();

    assert!(matches!(
        opened,
        VaultError::MasterKeyFile(PrivateFileError::Missing { .. })
    ));
}

#[test]
fn the_master_key_of_another_vault_stops_the_start() {
    let (kit, other) = (Kit::new(), Kit::new());
    let mixed = VaultConfig {
        master_key_file: other.folder.path().join("master.key"),
        ..config_in(&kit.folder)
    };

    let opened = Vault::open(&mixed).unwrap_err();

    assert!(
        matches!(opened, VaultError::WrongMasterKey { .. }),
        "{opened}"
    );
}

#[test]
fn a_malformed_master_key_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = config_in(&folder);
    for (text, expected) in [
        ("", 1),
        ("# no key\n", 1),
        ("\nc2hvcnQ=\n", 2),
        ("no base64\n", 1),
    ] {
        private_file::create(&config.master_key_file, text.as_bytes()).unwrap();
        let opened = Vault::open(&config).unwrap_err();
        let VaultError::MasterKeyMalformed { line, .. } = opened else {
            panic!("{text:?}: {opened}");
        };
        assert_eq!(line, expected, "{text:?}");
        fs::remove_file(&config.master_key_file).unwrap();
    }
}

#[test]
fn a_master_key_is_retired_without_touching_blobs_or_look_ups() {
    let kit = Kit::new();
    let id = kit.new_id();
    let old = kit.vault.put(id, b"content").unwrap().wrapped_key;
    let hash = kit.vault.lookup_hash("cnp", "1630615123457");
    let path = kit.folder.path().join("master.key");
    let old_key = fs::read_to_string(&path).unwrap();
    let new_key = openssl::base64::encode_block(&kit.bytes(32));
    fs::write(&path, format!("{new_key}\n{old_key}")).unwrap();

    let vault = Vault::open(&config_in(&kit.folder)).unwrap();
    assert_eq!(*vault.get(id, &old).unwrap(), b"content");
    assert_eq!(vault.lookup_hash("cnp", "1630615123457"), hash);
    let new = vault.rewrap(&old, id).unwrap().unwrap();
    assert!(vault.rewrap(&new, id).unwrap().is_none());

    fs::write(&path, format!("{new_key}\n")).unwrap();
    let vault = Vault::open(&config_in(&kit.folder)).unwrap();
    assert_eq!(*vault.get(id, &new).unwrap(), b"content");
    let retired = vault.get(id, &old);
    assert!(
        matches!(retired, Err(VaultError::UnknownMasterKey { .. })),
        "{retired:?}"
    );
}

#[test]
fn look_up_hashes_depend_on_the_key_the_domain_and_the_value() {
    let (kit, other) = (Kit::new(), Kit::new());
    let hash = kit.vault.lookup_hash("cnp", "1630615123457");

    assert_eq!(hash, kit.vault.lookup_hash("cnp", "1630615123457"));
    assert_ne!(hash, kit.vault.lookup_hash("cnp", "1800101420010"));
    assert_ne!(hash, kit.vault.lookup_hash("name", "1630615123457"));
    assert_ne!(hash, kit.vault.lookup_hash("cnp1", "630615123457"));
    assert_ne!(hash, other.vault.lookup_hash("cnp", "1630615123457"));
}

#[test]
fn keys_follow_from_the_master_key_as_rfc_5869_says() {
    // Computed apart, with Python's hmac and hashlib, from a master key of 32 zero bytes.
    let folder = tempfile::tempdir().unwrap();
    let config = config_in(&folder);
    let zeros = openssl::base64::encode_block(&[0; 32]);
    private_file::create(&config.master_key_file, zeros.as_bytes()).unwrap();

    let vault = Vault::open(&config).unwrap();

    assert_eq!(hex(vault.inner.master.current_id()), "95e7211cf6dabe75");
    assert_eq!(
        hex(&vault.lookup_hash("cnp", "1630615123457")),
        "0355bc1d763634f7814d0cdfe4970b17b49cf8075e44238ae731e609ad616a70"
    );
}

#[test]
fn a_drawer_lists_its_blobs_with_the_instant_in_their_ids() {
    let kit = Kit::new();
    let early = kit.new_id();
    kit.vault.put(early, b"early").unwrap();
    let later = kit.now + TimeDelta::hours(1);
    let drawer = Drawer::of(early);
    fs::write(kit.blob_path(early).with_file_name("README"), b"no blob").unwrap();

    assert_eq!(kit.vault.list(drawer, kit.now, 10).unwrap(), []);
    let listed = kit.vault.list(drawer, later, 10).unwrap();

    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].made_at), (early, kit.now));
    assert_eq!(listed[0].size_bytes, 8 + 5 + 16);
    assert_eq!(kit.vault.list(drawer, later, 0).unwrap(), []);
}

#[test]
fn every_blob_lies_in_exactly_one_drawer() {
    let kit = Kit::new();
    let quick = VaultConfig {
        durable: false,
        ..config_in(&kit.folder)
    };
    let vault = Vault::open(&quick).unwrap();
    let mut put: Vec<_> = (0..40).map(|_| kit.new_id()).collect();
    for id in &put {
        vault.put(*id, b"content").unwrap();
    }

    let mut found: Vec<_> = (0..Drawer::COUNT)
        .flat_map(|number| {
            vault
                .list(Drawer::number(number), DateTime::<Utc>::MAX_UTC, 100)
                .unwrap()
        })
        .map(|blob| blob.id)
        .collect();

    put.sort();
    found.sort();
    assert_eq!(found, put);
    assert_eq!(Drawer::number(Drawer::COUNT), Drawer::number(0));
}

#[test]
fn what_a_crash_left_unfinished_is_swept_when_it_is_old() {
    let kit = Kit::new();
    let mut writer = kit.vault.writer(kit.new_id()).unwrap();
    writer.write_all(b"half").unwrap();
    std::mem::forget(writer);

    assert_eq!(kit.vault.sweep_unfinished(kit.now, 10).unwrap(), 0);
    assert_eq!(
        kit.vault
            .sweep_unfinished(kit.now + TimeDelta::days(1), 10)
            .unwrap(),
        1
    );
    assert_eq!(kit.unfinished(), 0);
}

#[test]
fn one_vault_serves_many_threads() {
    let kit = Kit::new();
    let ids: Vec<_> = (0..8).map(|_| kit.new_id()).collect();
    std::thread::scope(|scope| {
        for id in &ids {
            let vault = kit.vault.clone();
            scope.spawn(move || {
                let sealed = vault.put(*id, id.0.as_bytes()).unwrap();
                assert_eq!(
                    *vault.get(*id, &sealed.wrapped_key).unwrap(),
                    id.0.as_bytes()
                );
            });
        }
    });
}

#[test]
fn nothing_secret_is_printed() {
    let kit = Kit::new();
    let sealed = kit.vault.put(kit.new_id(), b"content").unwrap();

    assert_eq!(format!("{:?}", kit.vault.new_key().unwrap()), "DataKey(…)");
    assert_eq!(format!("{:?}", kit.vault), "Vault(…)");
    assert_eq!(format!("{sealed:?}"), "Sealed(7 bytes, …)");
}

#[test]
fn a_blob_with_a_hole_is_damaged() {
    let kit = Kit::new();
    let (id, plain) = (kit.new_id(), kit.bytes(90_000));
    let sealed = kit.vault.put(id, &plain).unwrap();
    // What a crash can leave where nothing was made durable: the right length, zeros inside.
    let blob = File::options().write(true).open(kit.blob_path(id)).unwrap();
    blob.write_all_at(&[0; 4096], 8192).unwrap();

    let read = kit.vault.get(id, &sealed.wrapped_key);

    assert!(matches!(read, Err(VaultError::Damaged { .. })), "{read:?}");
}
