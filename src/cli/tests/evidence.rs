//! Evidence as a file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::kit::Kit;
use crate::cli::Exit;

const WHY: [&str; 2] = ["--reason", "asked by a court"];

#[tokio::test]
async fn evidence_is_a_private_file_and_takes_no_ones_place_unless_told() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    let file = kit.path("evidence.zip");
    let name = file.display().to_string();
    let words = [&["order", "evidence", &number, "--out", &name][..], &WHY].concat();

    let said = kit.cli(&words).await.ok();

    assert_eq!(
        said,
        format!(
            "Evidence of {number} written to {name}, with the signed order, which holds personal data.\n"
        )
    );
    let written = fs::read(&file).unwrap();
    assert!(written.starts_with(b"PK"));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    assert_eq!(kit.cli(&words).await.exit, Exit::Refused);
    assert_eq!(fs::read(&file).unwrap(), written);
    let without = [&words[..], &["--force", "--without-order"]].concat();
    kit.cli(&without).await.ok();
    assert!(fs::read(&file).unwrap().len() < written.len());
    let beside = fs::read_dir(kit.path("")).unwrap();
    let mut left = beside.map(|entry| entry.unwrap().path());
    assert!(!left.any(|path| path.extension().is_some_and(|end| end == "part")));
}

#[tokio::test]
async fn evidence_of_nothing_leaves_no_file() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let file = kit.path("evidence.zip");
    let name = file.display().to_string();

    let words = [&["order", "evidence", "CNIN-1", "--out", &name][..], &WHY].concat();
    let ran = kit.cli(&words).await;

    assert_eq!(
        ran.failed(),
        (
            Exit::NotFound,
            "cei-gateway: there is no order, application or card CNIN-1".to_owned()
        )
    );
    assert!(!file.exists());
}
