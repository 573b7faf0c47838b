use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::WatchedFolder;
use crate::domain::payment::Channel;
use crate::flow::tests::kit::{Kit, paid, statement};
use crate::store::Interruption;

struct Watched {
    kit: Kit,
    folder: TempDir,
    collector: Collector,
}

impl Watched {
    async fn open() -> Self {
        let mut kit = Kit::open().await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = (*kit.gateway.config).clone();
        config.payments.folders = vec![WatchedFolder {
            channel: Channel::Cec,
            path: folder.path().to_owned(),
        }];
        kit.gateway.config = Arc::new(config);
        Self {
            kit,
            folder,
            collector: Collector::default(),
        }
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    async fn pass(&self) -> Progress {
        self.collector.pass(&self.kit.gateway).await.unwrap()
    }

    /// Looks, waits, and looks until nothing is left to do.
    async fn collect(&self) {
        self.pass().await;
        self.kit.clock.advance(Duration::from_secs(10));
        while self.pass().await == Progress::Worked {}
    }

    /// The files of a folder below, in order.
    fn names(&self, below: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder.path().join(below)) else {
            return Vec::new();
        };
        let files = entries.map(Result::unwrap).filter(|it| !it.path().is_dir());
        let mut names: Vec<String> = files
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn report(&self, path: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.folder.path().join(path)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    async fn recorded(&self) -> usize {
        self.kit.payments().await.len()
    }
}

fn day(number: &str) -> String {
    statement(number, &[paid(number, "taxa"), paid("", "taxa buletin")])
}

#[tokio::test]
async fn a_file_is_recorded_and_moved_with_its_report() {
    let watched = Watched::open().await;
    watched.put("day.sta", &day("244"));
    watched.collect().await;
    assert_eq!(watched.names(""), Vec::<String>::new());
    assert_eq!(watched.names("done"), ["day.sta", "day.sta.report.json"]);
    let report = watched.report("done/day.sta.report.json");
    assert_eq!(report["outcome"], "RECORDED");
    assert_eq!(
        (&report["recorded"], &report["held"]),
        (&2.into(), &0.into())
    );
    assert_eq!(watched.recorded().await, 2);
}

#[tokio::test]
async fn what_cannot_be_read_or_is_of_another_channel_is_refused_with_the_place() {
    let watched = Watched::open().await;
    watched.put("letter.txt", "good morning");
    watched.put(
        "lot.csv",
        "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status\nTOTAL;0;0\n",
    );
    watched.collect().await;
    assert_eq!(watched.names("done"), Vec::<String>::new());
    let report = watched.report("refused/letter.txt.report.json");
    assert_eq!(report["remarks"][0]["code"], "UNKNOWN_FORMAT");
    assert_eq!(report["remarks"][0]["place"], "line 1");
    let report = watched.report("refused/lot.csv.report.json");
    assert_eq!(report["outcome"], "REFUSED");
    assert_eq!(watched.recorded().await, 0);
}

#[tokio::test]
async fn a_file_that_still_grows_is_left_alone() {
    let watched = Watched::open().await;
    let whole = day("244");
    let (half, _) = whole.split_at(whole.len() / 2);
    watched.put("day.sta", half);
    watched.pass().await;
    watched.kit.clock.advance(Duration::from_secs(9));
    assert_eq!(watched.pass().await, Progress::Idle);
    watched.put("day.sta", &whole);
    watched.kit.clock.advance(Duration::from_secs(9));
    assert_eq!(watched.pass().await, Progress::Idle);
    assert_eq!(watched.names(""), ["day.sta"]);
    watched.kit.clock.advance(Duration::from_secs(10));
    assert_eq!(watched.pass().await, Progress::Worked);
    assert_eq!(watched.recorded().await, 2);
}

#[tokio::test]
async fn names_of_unfinished_files_links_and_folders_are_left_alone() {
    let watched = Watched::open().await;
    for name in [".day.sta", "day.sta.part", "day.sta.TMP"] {
        watched.put(name, &day("244"));
    }
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.sta");
    fs::write(&secret, day("245")).unwrap();
    symlink(&secret, watched.folder.path().join("link.sta")).unwrap();
    fs::create_dir(watched.folder.path().join("sub")).unwrap();
    fs::write(watched.folder.path().join("sub/day.sta"), day("246")).unwrap();
    watched.collect().await;
    assert_eq!(watched.recorded().await, 0);
    assert_eq!(watched.names("").len(), 4);
    assert!(secret.exists());
}

#[tokio::test]
async fn many_unfinished_files_do_not_hide_finished_ones() {
    let watched = Watched::open().await;
    // Folders are listed in any order: the oldest or the youngest may come last.
    watched.put("first.sta", &day("1"));
    for number in 0..5_000 {
        watched.put(&format!("{number}.part"), "");
    }
    watched.put("last.sta", &day("1"));
    watched.collect().await;
    let done = watched.names("done");
    let reports = done.iter().filter(|name| name.contains(".json"));
    assert_eq!(reports.count(), 2, "{done:?}");
}

#[tokio::test]
async fn a_link_in_the_place_of_a_file_is_not_followed() {
    let watched = Watched::open().await;
    watched.put("day.sta", &day("244"));
    let found = folder::list(watched.folder.path()).unwrap().remove(0);
    let moved = watched.folder.path().join("elsewhere");
    fs::rename(&found.path, &moved).unwrap();
    symlink(&moved, &found.path).unwrap();
    assert!(found.open().unwrap().is_none());
    assert!(!found.put_away(folder::Place::Done, "{}").unwrap());
    assert!(moved.exists());
}

#[tokio::test]
async fn a_done_folder_that_leads_elsewhere_is_not_written_to() {
    let watched = Watched::open().await;
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), watched.folder.path().join("done")).unwrap();
    watched.put("day.sta", &day("244"));
    watched.pass().await;
    watched.kit.clock.advance(Duration::from_secs(10));
    assert!(watched.collector.pass(&watched.kit.gateway).await.is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert_eq!(watched.names(""), ["day.sta"]);
}

#[tokio::test]
async fn a_second_file_of_the_same_name_stands_beside_the_first() {
    let watched = Watched::open().await;
    for number in ["244", "245", "246"] {
        watched.put("day.sta", &day(number));
        watched.collect().await;
    }
    assert_eq!(
        watched.names("done"),
        [
            "day-2.sta",
            "day-2.sta.report.json",
            "day-3.sta",
            "day-3.sta.report.json",
            "day.sta",
            "day.sta.report.json"
        ]
    );
    assert_eq!(
        watched.recorded().await,
        4,
        "the words without reference are one day's twins"
    );
}

#[tokio::test]
async fn a_crash_between_import_and_move_is_harmless() {
    let watched = Watched::open().await;
    watched.put("day.sta", &day("244"));
    watched.kit.import(&day("244")).await;
    // The report was written, the file not yet moved.
    fs::create_dir(watched.folder.path().join("done")).unwrap();
    fs::write(watched.folder.path().join("done/day.sta.report.json"), "{").unwrap();
    fs::write(
        watched.folder.path().join("done/.day.sta.report.json.tmp"),
        "",
    )
    .unwrap();
    watched.collect().await;
    let report = watched.report("done/day.sta.report.json");
    assert_eq!(report["outcome"], "REPEATED");
    assert_eq!(watched.recorded().await, 2);
}

#[tokio::test]
async fn while_the_database_is_away_the_file_stays() {
    let mut watched = Watched::open().await;
    watched.put("day.sta", &day("244"));
    watched.pass().await;
    watched.kit.clock.advance(Duration::from_secs(10));
    let store = watched.kit.gateway.store.clone();
    watched.kit.gateway.store = store.interrupted(Interruption::after(2));
    assert!(watched.collector.pass(&watched.kit.gateway).await.is_err());
    assert_eq!(watched.names(""), ["day.sta"]);
    watched.kit.gateway.store = store;
    assert_eq!(watched.pass().await, Progress::Worked);
    assert_eq!(watched.recorded().await, 2);
}

#[tokio::test]
async fn one_folder_that_is_missing_does_not_hinder_the_others() {
    let mut watched = Watched::open().await;
    let mut config = (*watched.kit.gateway.config).clone();
    let missing = WatchedFolder {
        channel: Channel::Cec,
        path: Path::new("/nowhere").to_owned(),
    };
    config.payments.folders.insert(0, missing);
    watched.kit.gateway.config = Arc::new(config);
    watched.put("day.sta", &day("244"));
    assert!(watched.collector.pass(&watched.kit.gateway).await.is_err());
    watched.kit.clock.advance(Duration::from_secs(10));
    assert_eq!(watched.pass().await, Progress::Worked);
    assert_eq!(watched.recorded().await, 2);
}
