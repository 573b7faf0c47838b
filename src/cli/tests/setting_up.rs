//! The first day: certificates, schema, offices, keys, and what `check` says.

use clap::CommandFactory;
use expect_test::expect;

use super::kit::Kit;
use crate::cli::{Cli, Exit};

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_and_every_argument_has_a_help_text() {
    fn look(command: &clap::Command, path: &str, silent: &mut Vec<String>) {
        if command.get_about().is_none() {
            silent.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            if argument.get_help().is_none() {
                silent.push(format!("{path} {}", argument.get_id()));
            }
        }
        for part in command.get_subcommands() {
            look(part, &format!("{path} {}", part.get_name()), silent);
        }
    }
    let mut silent = Vec::new();
    look(&Cli::command(), "cei-gateway", &mut silent);
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_command_and_no_other_stands_in_the_guide() {
    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        for part in command.get_subcommands() {
            let path = format!("{path} {}", part.get_name());
            if !part.has_subcommands() && !part.is_hide_set() {
                found.push(path.trim().to_owned());
            }
            leaves(part, &path, found);
        }
    }
    let mut commands = Vec::new();
    leaves(&Cli::command(), "", &mut commands);
    commands.sort();
    let guide = std::fs::read_to_string("docs/cli.md").unwrap();
    let rows = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let mut told: Vec<_> = rows.map(|(name, _)| name.to_owned()).collect();
    told.sort();
    assert_eq!(told, commands);
}

#[test]
fn every_exit_has_its_own_number_and_the_help_names_it() {
    let all = [
        Exit::Ok,
        Exit::Failure,
        Exit::Usage,
        Exit::NotFound,
        Exit::Refused,
        Exit::Partial,
        Exit::Unreachable,
        Exit::Invalid,
        Exit::TryAgain,
    ];
    let codes: Vec<_> = all.map(Exit::code).into();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 75]);
    for code in codes {
        assert!(
            crate::cli::EXIT_CODES.contains(&format!(" {code} ")),
            "{code}"
        );
    }
}

#[tokio::test]
async fn the_offices_of_cluj_are_added_once() {
    let kit = Kit::new();
    assert_eq!(
        kit.cli(&["office", "add", "--cluj"]).await.ok(),
        "Added CLJ-01, CLJ-02, CLJ-03, CLJ-04, CLJ-05, CLJ-06, CLJ-07, CLJ-08.\n"
    );
    assert_eq!(
        kit.cli(&["office", "add", "--cluj"]).await.ok(),
        "Nothing added: the code is known already.\n"
    );
    let other = [
        "--code",
        "BN-01",
        "--name",
        "SPCLEP Bistrița",
        "--county",
        "bn",
    ];
    kit.cli(&[&["office", "add"], &other[..]].concat())
        .await
        .ok();
    expect![[r"
        CODE    NAME                  COUNTY  SIRUTA  OPENED ON
        BN-01   SPCLEP Bistrița       BN              2025-03-20
        CLJ-01  DJEP Cluj             CJ       54975  2025-03-20
        CLJ-02  SPCLEP Cluj-Napoca    CJ       54975  2025-03-20
        CLJ-03  SPCLEP Câmpia Turzii  CJ       55357  2025-03-20
        CLJ-04  SPCLEP Dej            CJ       55008  2025-03-20
        CLJ-05  SPCLEP Florești       CJ       57706  2025-03-20
        CLJ-06  SPCLEP Gherla         CJ       55384  2025-03-20
        CLJ-07  SPCLEP Huedin         CJ       55446  2025-03-20
        CLJ-08  SPCLEP Turda          CJ       55259  2025-03-20
    "]]
    .assert_eq(&kit.cli(&["office", "list"]).await.ok());
}

#[tokio::test]
async fn an_api_key_is_shown_once_and_can_be_revoked_once() {
    let kit = Kit::new();
    let holder = ["--party", "automation", "--label", "registry"];
    let made = kit
        .cli(&[&["--json", "key", "create"], &holder[..]].concat())
        .await;
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    let id = made["id"].as_str().unwrap();
    assert!(key.starts_with("cei_test_") && key.len() == 52, "{key}");

    let misspelt = [&["key", "create"], &holder[..], &["--scope", "operat"]].concat();
    assert_eq!(kit.cli(&misspelt).await.exit, Exit::Usage);

    let listed = kit.cli(&["key", "list"]).await.ok();
    assert!(
        listed.contains(id) && listed.contains("registry"),
        "{listed}"
    );
    assert!(!listed.contains(key), "{listed}");

    assert_eq!(kit.cli(&["key", "revoke", id]).await.exit, Exit::Ok);
    assert_eq!(kit.cli(&["key", "revoke", id]).await.exit, Exit::NotFound);
}

#[tokio::test]
async fn a_certificate_is_entered_for_its_office_by_its_public_key() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.path("certs/automation.pem").display().to_string();
    let add = |office: &'static str| {
        vec![
            "key",
            "add-certificate",
            "--party",
            "OFFICE",
            "--label",
            "counter",
            "--office",
            office,
        ]
    };
    let unknown = kit.cli(&[&add("CLJ-99")[..], &[&file]].concat()).await;
    assert_eq!(unknown.exit, Exit::NotFound);
    kit.cli(&[&add("CLJ-02")[..], &[&file]].concat()).await.ok();
    let again = kit.cli(&[&add("CLJ-02")[..], &[&file]].concat()).await;
    assert_eq!(
        again.failed(),
        (
            Exit::Refused,
            "cei-gateway: the same key is known already".to_owned()
        )
    );
    let key = kit.path("certs/automation.key").display().to_string();
    let no_certificate = kit.cli(&[&add("CLJ-02")[..], &[&key]].concat()).await;
    assert_eq!(no_certificate.exit, Exit::Invalid);
}

#[tokio::test]
async fn development_certificates_are_not_replaced_unasked() {
    let kit = Kit::new();
    let dir = kit.path("more").display().to_string();
    let make = ["dev-certs", "--dir", &dir, "--office", "CLJ-01"];
    assert_eq!(
        kit.blotted(&kit.cli(&make).await.ok()),
        "25 files written to DIR/more, valid until 2028-03-01. They serve development only.\n"
    );
    assert_eq!(kit.cli(&make).await.exit, Exit::Refused);
    kit.cli(&[&make[..], &["--force"]].concat()).await.ok();
    assert_eq!(
        kit.cli(&["dev-certs", "--office", "../x"]).await.exit,
        Exit::Usage
    );
}

#[tokio::test]
async fn check_says_what_is_missing_and_what_works() {
    let kit = Kit::new();
    let before = kit.cli(&["check"]).await;
    assert_eq!(before.exit, Exit::Failure);
    assert!(
        before.out.contains("run `cei-gateway migrate`"),
        "{}",
        before.out
    );

    kit.gateway().await;
    let after = kit.cli(&["check"]).await;
    assert_eq!(after.exit, Exit::Ok, "{}", after.out);
    let found = after.out.split_once("What it names\n").unwrap().1;
    expect![[r"
                 WHAT                     FOUND
        ok       files                    every file that is named can be read, and no secret by others
        ok       database                 SQLite answers; it knows 0 offices
        ok       vault                    a probe was sealed, read and erased
        ok       seal                     key (pem) and certificate are a pair; ECDSA_P256_SHA256
        ok       certificate of the seal  valid: until 2028-03-01, 730 days
        WARNING  bureau                   bureau.url is empty: orders wait
    "]].assert_eq(&kit.blotted(found));
}

#[tokio::test]
async fn a_faulty_configuration_is_told_with_every_fault() {
    let kit = Kit::new();
    std::fs::write(kit.path("config.toml"), "[http]\nbid = \"127.0.0.1:1\"\n").unwrap();
    let (exit, complaint) = kit.cli(&["office", "list"]).await.failed();
    assert_eq!(exit, Exit::Failure);
    assert!(
        complaint.contains("http.bid: there is no such key"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_reason_and_a_fault_are_explained_in_both_languages() {
    let kit = Kit::new();
    expect![[r"
        801 NO_RECEIPT
        Who acts  BUREAU
        How       ESCALATE

        Biroul de personalizare nu a confirmat primirea comenzii.
        Ce s-a întâmplat: Comanda a fost trimisă, iar termenul pentru confirmarea primirii a trecut fără răspuns.
        De ce: Fișierul s-a putut pierde sau biroul întârzie; trimiterea altui fișier ar putea produce a doua carte.
        Ce este de făcut: Întrebați biroul dacă fișierul a sosit; dacă nu, retrimiteți același fișier.
        Cine: Biroul de personalizare, împreună cu operatorii sistemului.
        Continuă singur: Nu; continuă după decizia unei persoane.

        The bureau has not confirmed that it holds the order.
        What happened: The order was sent and its time for a receipt ran out without one.
        Why: The file may have been lost, or the bureau may be late; sending other bytes now could make second cards.
        What to do: Ask the bureau whether the file arrived; send the same file again if not.
        Who does it: The personalization bureau, with the operators of the gateway.
        Goes on by itself: No; it goes on when a person has decided.
    "]]
    .assert_eq(&kit.cli(&["explain", "801"]).await.ok());
    expect![[r#"
        {
          "code": "cnp-checksum",
          "reason": "201 CNP_INVALID",
          "owner": "OFFICE",
          "action": "FIX_AND_RESUBMIT",
          "ro": {
            "title": "Ultima cifră a CNP-ului nu se potrivește cu celelalte: una este scrisă greșit.",
            "happened": "Cele 13 cifre ale CNP-ului nu trec verificarea cifrei de control, a datei sau a județului.",
            "why": "O cifră a fost scrisă greșit sau două au fost inversate; nicio persoană nu are un astfel de CNP.",
            "todo": "Comparați CNP-ul cifră cu cifră cu certificatul de naștere.",
            "who": "Serviciul local.",
            "repeats": "Nu; continuă după ce serviciul trimite cererea corectată."
          },
          "en": {
            "title": "The last digit of the CNP does not fit the others: one of them is mistyped.",
            "happened": "The 13 digits of the CNP do not pass the check on their last digit, date or county.",
            "why": "One digit was mistyped or two were exchanged; no person has such a number.",
            "todo": "Compare the CNP digit by digit with the birth certificate.",
            "who": "The local office.",
            "repeats": "No; it goes on when the office has sent the corrected application."
          }
        }
    "#]].assert_eq(&kit.cli(&["explain", "cnp-checksum", "--json"]).await.ok());
    let problem = kit.cli(&["explain", "hold-closed"]).await.ok();
    assert!(problem.contains("HTTP status  409"), "{problem}");
    let refusal = kit.cli(&["explain", "DIGEST_MISMATCH"]).await.ok();
    for part in [
        "101 ",
        "Documentul nu este cel care a fost semnat",
        "The document is not the one that was signed",
    ] {
        assert!(refusal.contains(part), "{refusal}");
    }
    assert_eq!(kit.cli(&["explain", "nothing"]).await.exit, Exit::NotFound);
}
