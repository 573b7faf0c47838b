//! Who may use whom. The tables below are the only place where a wall is moved; whoever moves one
//! says in the change why it stood in the wrong place.

use std::collections::BTreeSet;

use crate::kit::rust_source::{RustFile, code_of};
use crate::tidy::manifest;

/// A top-level module: which others it may use, and which foreign crates it may name.
struct Module {
    name: &'static str,
    modules: &'static [&'static str],
    crates: &'static [&'static str],
}

/// In the order of `src/lib.rs`.
#[rustfmt::skip]
const MODULES: &[Module] = &[
    // Pure: no async, no clock, no log, no SQL, XML or HTTP, nothing serialized.
    Module { name: "domain",
             modules: &[],
             crates: &["chrono", "chrono_tz", "thiserror", "unicode_normalization", "uuid"] },

    // Each knows one thing of the world outside; none knows what the gateway does.
    Module { name: "bureau",
             modules: &["domain", "xmldsig", "xmlenc"],
             crates: &["base64", "chrono", "openssl", "thiserror", "uuid"] },
    Module { name: "channel",
             modules: &["domain"],
             crates: &["base64", "chrono", "csv", "encoding_rs", "openssl", "quick_xml", "serde", "serde_json", "thiserror",
                       "toml"] },
    // Of tokio, what waits and the runtime in which connections are made: no network of its own.
    Module { name: "store",
             modules: &["domain", "random"],
             crates: &["anyhow", "backoff", "chrono", "openssl", "serde", "serde_json", "sqlx", "thiserror", "tokio",
                       "tracing", "uuid"] },
    Module { name: "transport",
             modules: &["domain", "clock", "random"],
             crates: &["base64", "bytes", "chrono", "futures_util", "http_body_util", "hyper", "hyper_util", "openidconnect",
                       "openssl", "rand", "reqwest", "rustix", "rustls", "serde", "serde_json", "thiserror", "tokio",
                       "tokio_rustls", "tracing", "uuid"] },
    Module { name: "vault",
             modules: &["domain", "clock", "random"],
             crates: &["base64", "bytes", "chrono", "openssl", "rand", "rustix", "thiserror", "tokio", "uuid",
                       "zeroize"] },
    // Signs and verifies any document; what a card is, it does not know.
    Module { name: "xmldsig",
             modules: &[],
             crates: &["base64", "base64_simd", "chrono", "cryptoki", "memchr", "openssl", "quick_xml", "simdutf8", "thiserror"] },
    // Encrypts any document; what an order is, it does not know.
    Module { name: "xmlenc",
             modules: &[],
             crates: &["base64", "openssl", "thiserror", "zeroize"] },

    Module { name: "clock",
             modules: &["domain"],
             crates: &["chrono", "tokio"] },
    Module { name: "config",
             modules: &["domain", "transport", "vault", "telemetry"],
             crates: &["chrono", "config", "serde", "serde_path_to_error", "thiserror", "zeroize"] },
    Module { name: "gateway",
             modules: &["domain", "bureau", "channel", "store", "transport", "vault", "xmldsig", "xmlenc", "clock",
                        "config", "random"],
             crates: &["anyhow", "chrono", "openssl", "reqwest", "rustls", "thiserror", "tokio"] },
    Module { name: "random",
             modules: &[],
             crates: &["chrono", "rand", "uuid"] },
    Module { name: "telemetry",
             modules: &[],
             crates: &["anyhow", "chrono", "serde_json", "thiserror", "tracing", "tracing_subscriber"] },

    // No network, no HTTP: neither transport nor reqwest nor actix_web. Of tokio, only the threads
    // on which sealing and signing wait for a disk.
    Module { name: "flow",
             modules: &["domain", "bureau", "channel", "store", "vault", "xmldsig", "xmlenc", "clock", "config",
                        "gateway", "random"],
             crates: &["anyhow", "argon2", "base64", "base64_simd", "bytes", "chrono", "chrono_tz", "futures_util", "openssl",
                       "serde", "serde_json", "thiserror", "tokio", "tracing", "unicode_normalization", "utoipa", "uuid",
                       "zeroize", "zip"] },

    // What codes mean and how figures are written: pure, for whoever speaks to people.
    Module { name: "words",
             modules: &["domain", "flow", "xmldsig"],
             crates: &["chrono", "chrono_tz"] },

    // No SQL: they ask flow and store.
    Module { name: "http",
             modules: &["domain", "bureau", "channel", "store", "transport", "vault", "clock", "config", "gateway",
                        "random", "flow", "words"],
             crates: &["actix_tls", "actix_web", "anyhow", "base64", "bytes", "chrono", "futures_util", "governor", "openssl",
                       "rustix", "rustls", "serde", "serde_json", "serde_path_to_error", "thiserror", "tokio", "tokio_util",
                       "tracing", "utoipa", "utoipa_swagger_ui", "uuid"] },
    // No SQL: they ask flow and store. Beside `http`, not above it: what a person sees is no client of
    // what a program calls.
    Module { name: "console",
             modules: &["domain", "store", "transport", "clock", "config", "gateway", "random", "flow", "words"],
             crates: &["actix_web", "anyhow", "askama", "base64", "chrono", "chrono_tz", "csv", "flate2", "futures_util", "openssl", "qrcode",
                       "thiserror", "tokio", "tracing", "uuid", "zeroize"] },
    // Sees only the wire: neither flow nor store nor gateway.
    Module { name: "simulator",
             modules: &["domain", "bureau", "channel", "transport", "xmldsig", "xmlenc", "clock", "config", "random"],
             crates: &["actix_http", "actix_service", "actix_web", "anyhow", "base64", "bytes", "chrono", "chrono_tz",
                       "futures_util", "openssl", "rand", "reqwest", "rustls", "serde", "serde_json", "thiserror", "tokio", "tracing",
                       "uuid"] },
    // No rule: it asks flow.
    Module { name: "worker",
             modules: &["domain", "bureau", "store", "transport", "vault", "clock", "config", "gateway", "random",
                        "flow"],
             crates: &["anyhow", "bytes", "chrono", "futures_util", "reqwest", "rustix", "serde_json", "thiserror",
                       "tokio", "tokio_util", "tracing", "uuid"] },
    Module { name: "cli",
             modules: &["domain", "bureau", "channel", "store", "transport", "vault", "xmldsig", "clock", "config",
                        "gateway", "random", "telemetry", "flow", "words", "console", "http", "simulator", "worker"],
             crates: &["anyhow", "base64", "chrono", "clap", "clap_complete", "comfy_table", "futures_util",
                       "indicatif", "openssl", "rustls", "serde", "serde_json", "serde_path_to_error", "thiserror",
                       "tokio", "tokio_util", "tracing", "uuid", "zeroize"] },

    Module { name: "main", modules: &["cli", "clock", "config", "random"], crates: &["anyhow", "clap", "tokio"] },
    Module { name: "lib", modules: &[], crates: &[] },
];

/// Crates that a module may name only below these paths.
const CONFINED: &[(&str, &[&str])] = &[
    // Passwords are hashed in one place, so many at a time.
    ("argon2", &["src/flow/people/"]),
    // Without a maintainer: one file to change on the day it goes.
    ("backoff", &["src/store/retry.rs"]),
    // Foreign code that is loaded at run time: one place to look at.
    ("cryptoki", &["src/xmldsig/token/"]),
    // What others may ask, and how often.
    ("governor", &["src/http/identity/"]),
    // Whom a provider of single sign-on vouches for is told in our own words.
    ("openidconnect", &["src/transport/provider"]),
    // Untrusted XML is read in two places, each with its limits.
    ("quick_xml", &["src/xmldsig/", "src/channel/"]),
    // One kind of archive, written in one place.
    (
        "zip",
        &["src/flow/evidence/", "src/flow/audit_record/export.rs"],
    ),
];

/// Single paths through a wall, each with its reason. More of them say that the wall is wrong.
const PINHOLES: &[(&str, &str)] = &[
    // Whoever writes work for a worker rings its bell after the commit.
    ("flow", "worker::bell"),
    // The bundle of handles carries the bells, and what each worker last said.
    ("gateway", "worker::bell"),
    ("gateway", "worker::supervisor"),
    // Both servers count connections and follow the files of their TLS.
    ("console", "http::connections"),
    ("console", "http::tls"),
];

/// Macros at the root of the crate, for every module.
const ROOT_MACROS: &[&str] = &["coded"];

/// The top-level module that a file belongs to.
fn module_of(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    let first = inside.split('/').next().unwrap();
    first.trim_end_matches(".rs")
}

fn row_of(path: &str) -> &'static Module {
    let name = module_of(path);
    MODULES
        .iter()
        .find(|module| module.name == name)
        .unwrap_or_else(|| panic!("{path}: the module {name} has no row in MODULES"))
}

/// What a text names: modules of this crate, as `module` or `module::part`, and foreign crates.
#[derive(Debug, Default, PartialEq)]
struct Named {
    modules: BTreeSet<String>,
    crates: BTreeSet<String>,
}

/// Words and signs of code, where `::` is one sign.
fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

/// The first words inside the braces that open at `at`: `{a::b, c}` gives `a` and `c`.
fn group<'a>(tokens: &[&'a str], at: usize) -> Vec<&'a str> {
    let mut firsts = Vec::new();
    let mut depth = 0_i32;
    let mut last = "";
    for token in &tokens[at..] {
        if depth == 1 && (last == "{" || last == ",") && *token != "}" {
            firsts.push(*token);
        }
        match *token {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => (),
        }
        if depth == 0 {
            break;
        }
        last = token;
    }
    firsts
}

/// Reads what a file names. Panics on a path that would hide it.
fn named_in(path: &str, code: &str, crates: &BTreeSet<String>) -> Named {
    let tokens = tokens(code);
    let own: BTreeSet<&str> = tokens
        .windows(2)
        .filter(|pair| pair[0] == "mod")
        .map(|pair| pair[1])
        .collect();
    let mut named = Named::default();
    for (at, word) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before]);
        let after = tokens.get(at + 1).copied().unwrap_or_default();
        // A path begins here, unless it is the further part of one.
        if before == "::" || (after != "::" && before != "use") {
            continue;
        }
        match *word {
            "crate" => {
                if tokens[at + 2] == "{" {
                    let firsts = group(&tokens, at + 2);
                    named.modules.extend(firsts.into_iter().map(str::to_owned));
                } else {
                    named.modules.insert(path_from(&tokens[at + 2..]));
                }
            }
            "cei_gateway" => {
                named.modules.insert(path_from(&tokens[at + 2..]));
            }
            "super" => assert!(
                !is_root_of_module(path) && tokens[at + 2] != "super",
                "{path}: `super::` reaches the crate's root; write `crate::`"
            ),
            name if crates.contains(name) && !own.contains(name) => {
                named.crates.insert(name.to_owned());
            }
            _ => (),
        }
    }
    named
}

/// The first two words of a path, where the second is a module's or a function's.
fn path_from(tokens: &[&str]) -> String {
    match tokens {
        [first, "::", second, ..] if second.starts_with(char::is_lowercase) => {
            format!("{first}::{second}")
        }
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

/// Whether `super` of this file is the crate's root.
fn is_root_of_module(path: &str) -> bool {
    let inside = path.trim_start_matches("src/");
    !inside.contains('/') || inside.matches('/').count() == 1 && inside.ends_with("/mod.rs")
}

/// What a file names and may not.
fn breaches(path: &str, named: &Named) -> Vec<String> {
    let row = row_of(path);
    let mut found = Vec::new();
    for used in &named.modules {
        let module = used.split("::").next().unwrap();
        let is_free = module == row.name
            || row.modules.contains(&module)
            || ROOT_MACROS.contains(&module)
            || PINHOLES.contains(&(row.name, used));
        if !is_free {
            found.push(format!("{path}: {} may not use {used}", row.name));
        }
    }
    for name in &named.crates {
        let confined = CONFINED.iter().find(|(crate_name, _)| crate_name == name);
        let is_outside =
            confined.is_some_and(|(_, paths)| !paths.iter().any(|p| path.starts_with(p)));
        if is_outside || !row.crates.contains(&name.as_str()) {
            found.push(format!(
                "{path}: {} may not name the crate {name}",
                row.name
            ));
        }
    }
    found
}

#[test]
fn no_module_reaches_through_a_wall() {
    let crates = manifest::dependencies();
    let files = RustFile::all_in("src");
    assert!(files.len() > 20, "only {} files", files.len());
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let named = named_in(&file.path, &code_of(file.released()), &crates);
        found.extend(breaches(&file.path, &named));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_row_names_modules_and_crates_that_exist_and_no_module_stands_above_itself() {
    let crates = manifest::dependencies();
    for module in MODULES {
        for used in module.modules {
            let row = MODULES.iter().find(|row| row.name == *used);
            let row =
                row.unwrap_or_else(|| panic!("{} uses {used}, which has no row", module.name));
            assert!(
                !row.modules.contains(&module.name),
                "{} and {used} use each other",
                module.name
            );
        }
        for name in module.crates {
            assert!(
                crates.contains(*name),
                "{} names {name}, which is no dependency",
                module.name
            );
        }
    }
}

#[test]
fn modules_and_crates_are_seen_wherever_they_are_named() {
    let crates = ["sqlx", "serde", "config", "tokio"]
        .map(str::to_owned)
        .into();
    let check = |text: &str, modules: &[&str], names: &[&str]| {
        let expected = Named {
            modules: modules.iter().map(|name| (*name).to_owned()).collect(),
            crates: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(
            named_in("src/flow/x.rs", &code_of(text), &crates),
            expected,
            "{text}"
        );
    };
    check("use crate::store::{Store, Tx};", &["store"], &[]);
    check("use crate::{http::{a, b}, vault};", &["http", "vault"], &[]);
    check(
        "fn f() { crate::store::open(sqlx::query(x)) }",
        &["store::open"],
        &["sqlx"],
    );
    check("use crate::coded;", &["coded"], &[]);
    check("use crate::worker::bell::Bell;", &["worker::bell"], &[]);
    check("#[derive(serde::Serialize)] struct A;", &[], &["serde"]);
    check("use tokio;", &[], &["tokio"]);
    check(
        "use crate::config::Config; let a = tokio::f();",
        &["config"],
        &["tokio"],
    );
    check("mod config; use config::A;", &[], &[]);
    check("// sqlx::query\n\"serde::A\"; a.serde()", &[], &[]);
}

#[test]
fn a_breach_is_told() {
    let named = |modules: &[&str], crates: &[&str]| Named {
        modules: modules.iter().map(|name| (*name).to_owned()).collect(),
        crates: crates.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(
        breaches(
            "src/domain/money.rs",
            &named(&["coded", "store::tx"], &["serde"])
        ),
        [
            "src/domain/money.rs: domain may not use store::tx",
            "src/domain/money.rs: domain may not name the crate serde",
        ]
    );
    assert_eq!(
        breaches("src/store/outbox.rs", &named(&["store"], &["backoff"])),
        ["src/store/outbox.rs: store may not name the crate backoff"]
    );
    assert!(breaches("src/store/retry.rs", &named(&[], &["backoff"])).is_empty());
    assert!(breaches("src/flow/a.rs", &named(&["worker::bell", "store::tx"], &[])).is_empty());
    assert_eq!(
        breaches("src/flow/a.rs", &named(&["worker::matcher"], &[])),
        ["src/flow/a.rs: flow may not use worker::matcher"]
    );
}
