use super::*;

fn place(module: &str) -> TokenPlace {
    TokenPlace {
        module: PathBuf::from(module),
        token_label: Some("seals".to_owned()),
        token_serial: None,
        key_label: Some("gateway".to_owned()),
        key_id: None,
        pin: TokenPin::new("swordfish"),
    }
}

#[test]
fn a_file_that_is_no_module_is_named() {
    for module in ["/nowhere/module.so", "/dev/null"] {
        let error = TokenKey::open(place(module), None).expect_err("no module");
        let SigningError::Token(TokenError::Module { path, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(path, PathBuf::from(module));
    }
}

#[test]
fn the_pin_is_never_printed() {
    assert!(!format!("{:?}", place("module.so")).contains("swordfish"));
}
