use super::*;
use crate::random::Random;
use crate::xmldsig::canonical::{CanonicalizeError, canonicalize};
use crate::xmldsig::trust::Limits;

fn canonical(document: &str) -> Result<String, CanonicalizeError> {
    let mut out = Vec::new();
    canonicalize(document.as_bytes(), &mut out, &Limits::default())?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

fn canonical_by_xmllint(paths: &[&str]) -> String {
    let (ok, out, errors) = run("xmllint", &[&["--exc-c14n"], paths].concat());
    assert!(ok, "{errors}");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn canonical_documents_are_those_of_xmllint() {
    let folder = tempfile::tempdir().expect("a folder");
    let random = Random::seeded(20_260_302);
    let documents: Vec<String> = (0..400).map(|_| generated::document(&random)).collect();
    let mut files = Vec::new();
    let mut ours = String::new();
    for (number, document) in documents.iter().enumerate() {
        let path = folder.path().join(format!("{number}.xml"));
        std::fs::write(&path, document).expect("written");
        files.push(path);
        ours.push_str(&canonical(document).unwrap_or_else(|error| panic!("{error}: {document}")));
    }
    let paths: Vec<&str> = files.iter().map(|path| path_text(path)).collect();

    // One run for all; only when they differ, one for each, to find the document.
    if canonical_by_xmllint(&paths) != ours {
        for (path, document) in paths.iter().zip(&documents) {
            let ours = canonical(document).expect("canonical");
            assert_eq!(ours, canonical_by_xmllint(&[path]), "{document}");
        }
        panic!("all documents together differ, and none alone");
    }
}

#[test]
fn the_canonical_form_is_its_own_canonical_form() {
    let random = Random::seeded(7);
    for _ in 0..200 {
        let once = canonical(&generated::document(&random)).expect("canonical");
        assert_eq!(canonical(&once).expect("canonical"), once);
    }
}

#[test]
fn what_the_writer_writes_is_canonical() {
    let (document, _) = sample(&Party::new(KeyKind::P256).key());
    let document = String::from_utf8(document).expect("UTF-8");
    assert_eq!(canonical(&document).expect("canonical"), document);
}

#[test]
fn comments_are_dropped_and_instructions_kept() {
    let document = "<!-- a --><?p  q?><!-- b --><a><!-- c --><?r?></a><!-- d --><?s t?>\n";
    assert_eq!(
        canonical(document).expect("canonical"),
        "<?p q?>\n<a><?r?></a>\n<?s t?>"
    );
}

#[test]
fn namespaces_are_declared_where_they_are_first_used() {
    for (document, expected) in [
        (
            "<r xmlns:u='urn:u' xmlns:v='urn:v'><u:a/><u:b v:c='1'><v:d/></u:b></r>",
            "<r><u:a xmlns:u=\"urn:u\"></u:a><u:b xmlns:u=\"urn:u\" xmlns:v=\"urn:v\" v:c=\"1\">\
             <v:d></v:d></u:b></r>",
        ),
        (
            "<a xmlns='urn:1'><b xmlns=''><c xmlns='urn:1'/></b><d/></a>",
            "<a xmlns=\"urn:1\"><b xmlns=\"\"><c xmlns=\"urn:1\"></c></b><d></d></a>",
        ),
        (
            "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'/><p:c xmlns:p='urn:1'/></p:a>",
            "<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\"></p:b><p:c></p:c></p:a>",
        ),
        ("<a xmlns=''/>", "<a></a>"),
        ("<a xmlns='urn:&amp;'/>", "<a xmlns=\"urn:&amp;\"></a>"),
    ] {
        assert_eq!(canonical(document).expect("canonical"), expected);
    }
}
