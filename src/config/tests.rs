//! Where values come from, what is refused, and that everything wrong is said at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chrono::{NaiveDate, NaiveTime};
use tempfile::TempDir;

use super::*;
use crate::transport::certificates::{Validity, generate_development_certificates};

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, file).unwrap();
    let pairs = variables.iter();
    let variables = pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Config::load(Some(&path), variables)
}

/// The keys of every fault, in the order in which they are told.
fn faulty_keys(result: Result<Config, ConfigError>) -> Vec<String> {
    match result {
        Err(ConfigError::Faulty(faults)) => faults.0.into_iter().map(|fault| fault.key).collect(),
        other => panic!("expected faults, got {other:?}"),
    }
}

#[test]
fn the_defaults_are_a_valid_configuration_for_development() {
    let config = Config::load(None, HashMap::new()).unwrap();

    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.batching.lines_max, 150);
    assert_eq!(
        config.batching.cut_offs,
        [CutOff(NaiveTime::from_hms_opt(15, 0, 0).unwrap())]
    );
    assert_eq!(config.http.tls_cert_file, None);
    assert_eq!(config.vault.dir, Path::new("data/vault"));
    assert_eq!(config.database.url, "sqlite:data/cei-gateway.sqlite");
    assert!(config.vault().create_missing_key);
}

#[test]
fn the_environment_overrides_the_file_and_the_file_overrides_the_defaults() {
    let file = "[batching]\nlines_max = 20\nage_max_minutes = 30\n[bureau]\ncode = \"BUR\"";
    let variables = [
        ("CEI__BATCHING__AGE_MAX_MINUTES", "45"),
        ("CEI__BUREAU__CODE", "007"),
    ];

    let config = load(file, &variables).unwrap();

    assert_eq!(config.batching.lines_max, 20);
    assert_eq!(config.batching.age_max_minutes, 45);
    assert_eq!(
        config.bureau.code, "007",
        "a text stays the text that it is"
    );
    assert_eq!(config.batching.deadline_risk_days, 10);
}

#[test]
fn lists_and_empty_values_can_be_written_in_the_environment() {
    let hash = "ab".repeat(32);
    let keys = format!("{hash}, {}", "0F".repeat(32));
    let variables = [
        ("CEI__CHANNELS__SELFPAY__HMAC_KEY_FILES", "/run/one,two"),
        ("CEI__BUREAU__ACKNOWLEDGEMENT_SPKI_SHA256", keys.as_str()),
        ("CEI__BATCHING__CUT_OFFS", ""),
        ("CEI__BATCHING__DAYS_OFF", "2026-01-05,2026-06-02"),
        ("CEI__VAULT__DURABLE", "false"),
        ("CEI__DATA_DIR", "/srv/cei"),
        ("HOME", "/root"),
        ("CEIX__HTTP__BIND", "not ours"),
    ];

    let config = load("", &variables).unwrap();

    let expected = ["/run/one", "/srv/cei/two"].map(PathBuf::from);
    assert_eq!(config.channels.selfpay.hmac_key_files, expected);
    let expected = [SpkiSha256([0xab; 32]), SpkiSha256([0x0f; 32])];
    assert_eq!(config.bureau.acknowledgement_spki_sha256, expected);
    assert_eq!(config.batching.cut_offs, []);
    let off =
        [(2026, 1, 5), (2026, 6, 2)].map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap());
    assert_eq!(config.batching.days_off, off);
    assert!(!config.vault.durable);
}

#[test]
fn every_unknown_key_is_named_wherever_it_comes_from() {
    let file = "[batching]\nline_max = 20\n[burau]\ncode = \"X\"";
    let variables = [("CEI__HTTP__BINDD", "x"), ("CEI__VAULT", "x")];

    let keys = faulty_keys(load(file, &variables));

    assert_eq!(
        keys,
        ["batching.line_max", "burau.code", "http.bindd", "vault"]
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named_by_its_key() {
    for (file, key) in [
        ("environment = \"prod\"", "environment"),
        ("[batching]\ncut_offs = [\"3 pm\"]", "batching.cut_offs"),
        ("[batching]\ndays_off = [\"5.1.2026\"]", "batching.days_off"),
        ("[batching]\ngroup_by = \"town\"", "batching.group_by"),
        ("[batching]\nlines_max = \"many\"", "batching.lines_max"),
        ("[batching]\nlines_max = -1", "batching.lines_max"),
        ("[http]\nbind = \"localhost\"", "http.bind"),
        (
            "[bureau]\nacknowledgement_spki_sha256 = [\"abc\"]",
            "acknowledgement_spki_sha256",
        ),
    ] {
        let error = load(file, &[]).unwrap_err();
        let ConfigError::Unreadable(source) = &error else {
            panic!("{file}: {error}");
        };
        assert!(source.to_string().contains(key), "{file}: {source}");
    }
}

#[test]
fn production_says_at_once_everything_that_it_lacks() {
    let keys = faulty_keys(load("environment = \"production\"", &[]));

    let expected = [
        "http.tls_cert_file",
        "http.client_ca_file",
        "signing.key_file",
        "bureau.url",
        "bureau.ca_file",
        "bureau.identity_cert_file",
        "bureau.acknowledgement_anchors_file",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn a_fault_says_what_is_wrong_and_what_to_do() {
    let faults = load(
        "[delivery]\nattempts_max = 0\n[http]\npublic_url = \"ftp://x\"",
        &[],
    );

    assert_eq!(
        faults.unwrap_err().to_string(),
        "the configuration has 2 fault(s)\n  \
         http.public_url: is no https address; write it as `https://HOST` or `https://HOST/PATH`\n  \
         delivery.attempts_max: is 0; give a number from 1 on"
    );
}

/// Changes a valid development configuration and says which keys are then at fault.
fn faults_after(change: impl FnOnce(&mut Config)) -> Vec<String> {
    let mut config = Config::development(Path::new("/srv/cei"));
    assert_eq!(config.validate(), Ok(()));
    change(&mut config);
    config.validate().err().map_or_else(Vec::new, |faults| {
        faults.0.into_iter().map(|fault| fault.key).collect()
    })
}

#[test]
fn there_is_one_way_to_the_bureau_and_its_times_fit() {
    for seconds in [0, 50] {
        assert_eq!(
            faults_after(|config| config.bureau.continue_timeout_seconds = seconds),
            ["bureau.continue_timeout_seconds"]
        );
    }
    let without_address = |config: &mut Config| config.bureau.url = String::new();
    assert_eq!(
        faults_after(|config| {
            without_address(config);
            config.bureau.poll_seconds = 60;
        }),
        ["bureau.poll_seconds"]
    );
    assert_eq!(
        faults_after(|config| config.bureau.spool_dir = Some("/srv/spool".into())),
        ["bureau.spool_dir"]
    );
    let with_spool_alone = faults_after(|config| {
        without_address(config);
        config.bureau.spool_dir = Some("/srv/spool".into());
        config.bureau.ca_file = None;
        config.bureau.identity_cert_file = None;
        config.bureau.identity_key_file = None;
    });
    assert!(with_spool_alone.is_empty(), "{with_spool_alone:?}");
    assert_eq!(
        faults_after(|config| config.delivery.breaker_failures = 0),
        ["delivery.breaker_failures"]
    );
    assert_eq!(
        faults_after(|config| config.delivery.breaker_cool_down_seconds = 0),
        ["delivery.breaker_cool_down_seconds"]
    );
}

#[test]
fn values_that_do_not_fit_each_other_are_refused() {
    let url = |url: &str| faults_after(|config| url.clone_into(&mut config.database.url));
    assert_eq!(url("postgres://cei:secret@db/cei"), ["database.url"]);
    assert_eq!(url("postgres://db/cei?password=secret"), ["database.url"]);
    assert_eq!(url("mysql://db/cei"), ["database.url"]);
    assert!(url("postgresql://cei@db:5432/cei").is_empty());

    let bureau = |url: &str| faults_after(|config| url.clone_into(&mut config.bureau.url));
    assert_eq!(bureau("https://bureau.example/"), ["bureau.url"]);
    assert_eq!(bureau("https://user:pw@bureau.example"), ["bureau.url"]);
    assert_eq!(bureau("https://"), ["bureau.url"]);
    assert!(bureau("https://bureau.example/orders").is_empty());
    assert!(bureau("").is_empty());

    assert_eq!(
        faults_after(|config| config.bureau.total_timeout_seconds = 60),
        ["bureau.total_timeout_seconds"]
    );
    assert_eq!(
        faults_after(|config| config.vault.master_key_file = "/srv/cei/vault/key".into()),
        ["vault.master_key_file"]
    );
    assert_eq!(
        faults_after(|config| config.http.tls_key_file = None),
        ["http.tls_cert_file"]
    );
    assert_eq!(
        faults_after(|config| config.batching.deadline_risk_days = 30),
        ["batching.deadline_risk_days"]
    );
    assert_eq!(
        faults_after(|config| {
            let day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
            config.batching.days_off = vec![day];
            config.batching.extra_working_days = vec![day];
        }),
        ["batching.extra_working_days"]
    );
    assert_eq!(
        faults_after(|config| config.batching.bytes_max = 1000),
        ["batching.bytes_max"]
    );
    assert_eq!(
        faults_after(|config| config.logging.level = "lots".into()),
        ["logging.level"]
    );
    assert_eq!(
        faults_after(|config| {
            config.environment = Environment::Production;
            config.vault.durable = false;
        }),
        ["vault.durable"]
    );
    assert_eq!(
        faults_after(|config| {
            config.environment = Environment::Test;
            config.http.public_url = "http://gateway.example".into();
        }),
        ["http.public_url"]
    );
}

#[test]
fn order_numbers_and_orders_keep_within_their_schema() {
    let code = |code: &str| faults_after(|config| code.clone_into(&mut config.bureau.code));
    for refused in [
        "",
        "ABCDEFGHIJKLM",
        "cnin",
        "CN IN",
        "CN_IN",
        "-CNIN",
        "IMPRIMERIȚA",
    ] {
        assert_eq!(code(refused), ["bureau.code"], "{refused}");
    }
    assert!(code("CNIN").is_empty() && code("ABCDEFGHIJ-9").is_empty());

    let lines = |lines| faults_after(|config| config.batching.lines_max = lines);
    assert_eq!(lines(0), ["batching.lines_max"]);
    assert_eq!(lines(1_001), ["batching.lines_max"]);
    assert!(lines(1).is_empty() && lines(1_000).is_empty());
}

type Change = fn(&mut Config);

#[test]
fn each_kind_of_key_needs_its_own_settings() {
    let of_token = |change: Change| {
        faults_after(|config| {
            config.signing.kind = KeyKind::Pkcs11;
            config.signing.key_file = None;
            let token = &mut config.signing.pkcs11;
            token.module_file = Some("/usr/lib/softhsm/libsofthsm2.so".into());
            token.token_serial = Some("6db22c".to_owned());
            token.key_id = Some(KeyId(vec![1]));
            token.pin_file = Some("pin".into());
            change(config);
        })
    };
    assert!(of_token(|_| ()).is_empty());
    assert!(of_token(|config| config.signing.chain_file = None).is_empty());
    let cases: [(Change, &str); 6] = [
        (
            |config| config.signing.key_file = Some("key".into()),
            "signing.key_file",
        ),
        (
            |config| config.signing.pkcs11.module_file = None,
            "signing.pkcs11.module_file",
        ),
        (
            |config| config.signing.pkcs11.token_serial = None,
            "signing.pkcs11.token_label",
        ),
        (
            |config| config.signing.pkcs11.key_id = None,
            "signing.pkcs11.key_label",
        ),
        (
            |config| config.signing.pkcs11.pin_file = None,
            "signing.pkcs11.pin_file",
        ),
        (
            |config| config.signing.kind = KeyKind::Pkcs12,
            "signing.key_file",
        ),
    ];
    for (change, fault) in cases {
        assert!(of_token(change).contains(&fault.to_owned()), "{fault}");
    }
    let pkcs12 = faults_after(|config| {
        config.signing.kind = KeyKind::Pkcs12;
        config.signing.chain_file = None;
    });
    assert!(pkcs12.is_empty(), "{pkcs12:?}");
    let pem = faults_after(|config| config.signing.chain_file = None);
    assert_eq!(pem, ["signing.key_file"]);
}

#[test]
fn the_development_configuration_names_the_files_that_are_generated() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::development(folder.path());
    let faults = config.check_files().unwrap_err();
    assert!(
        faults.0.iter().any(|fault| fault.key == "signing.key_file"),
        "{faults}"
    );

    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let certs = folder.path().join("certs");
    generate_development_certificates(&certs, &[], Validity::around(now), false).unwrap();

    assert_eq!(config.check_files(), Ok(()));
}

#[test]
fn a_secret_that_others_can_read_is_a_fault_of_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(None, HashMap::new()).unwrap();
    let path = folder.path().join("password");
    fs::write(&path, "swordfish\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    config.database.password_file = Some(path.clone());
    config.delivery.webhook_ca_file = None;

    let faults = config.check_files().unwrap_err();

    assert_eq!(faults.0.len(), 1);
    assert_eq!(faults.0[0].key, "database.password_file");
    assert!(faults.0[0].what.contains("mode 0644"), "{faults}");
    assert!(config.database_password().is_err());

    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let password = config.database_password().unwrap().unwrap();
    assert_eq!(password.expose(), "swordfish");
}

#[test]
fn only_development_makes_a_missing_master_key() {
    let config = |environment| Config {
        environment,
        ..Config::development(Path::new("/srv/cei"))
    };
    assert!(config(Environment::Development).vault().create_missing_key);
    assert!(!config(Environment::Test).vault().create_missing_key);
    assert!(!config(Environment::Production).vault().create_missing_key);
    assert!(config(Environment::Test).environment.is_test());
    assert!(!config(Environment::Production).environment.is_test());
}

#[test]
fn every_key_of_the_defaults_is_explained_in_the_reference() {
    let page = reference();
    let mut section = "";
    for line in DEFAULTS.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((key, _)) = line.split_once(" = ") {
            let entry = page.split("\n### ").find(|entry| {
                let variable = format!("CEI__{section}__{key}")
                    .to_uppercase()
                    .replace('.', "__");
                let variable = variable.replace("CEI____", "CEI__");
                entry.starts_with(&format!("`{key}`")) && entry.contains(&format!("`{variable}`"))
            });
            let entry = entry.unwrap_or_else(|| panic!("{section}.{key} is not in the reference"));
            let meaning = entry.lines().nth(2).unwrap();
            assert!(
                meaning.ends_with('.'),
                "{section}.{key} is not explained: {meaning:?}"
            );
        }
    }
}

#[test]
fn the_reference_begins_as_a_page() {
    let page = reference();
    let begin: Vec<_> = page.lines().take(3).collect();
    assert_eq!(begin[0], "# Configuration");
    assert!(begin[2].starts_with("Every setting of the gateway with its default."));
    assert!(page.contains("\n## `[channels.selfpay]`\n"));
    assert!(page.contains(
        "### `lines_max`\n\nCards in one order at most.\n\n\
         Default: `150` · Variable: `CEI__BATCHING__LINES_MAX`\n"
    ));
    assert!(page.contains("Default: none · Variable: `CEI__BUREAU__CA_FILE`"));
}

/// A file that cannot be read is an error, not an empty configuration.
#[test]
fn a_missing_or_malformed_file_is_an_error() {
    let folder = TempDir::new().unwrap();
    let missing = Config::load(Some(&folder.path().join("none.toml")), HashMap::new());
    assert!(
        matches!(missing, Err(ConfigError::Unreadable(_))),
        "{missing:?}"
    );
    let malformed = load("[http\nbind = 1", &[]);
    assert!(
        matches!(malformed, Err(ConfigError::Unreadable(_))),
        "{malformed:?}"
    );
}
