use super::*;

#[test]
fn a_number_has_one_form() {
    for (written, form) in [
        ("244", "244"),
        ("00244/001", "244"),
        ("244/2", "244/2"),
        ("", ""),
        (" 7 / 1", "7"),
    ] {
        assert_eq!(one_form(written), form, "{written}");
    }
}

fn entry(minors: &[Option<i64>]) -> Entry {
    let details = minors.iter().map(|minor| Detail {
        amount_minor: minor.map(i64::abs),
        credit: minor.is_none_or(|minor| minor >= 0),
        ..Detail::default()
    });
    Entry {
        amount_minor: 13_400,
        credit: true,
        details: details.collect(),
        ..Entry::default()
    }
}

#[test]
fn details_are_payments_where_they_make_up_the_entry() {
    let split = |minors: &[Option<i64>]| parts(&entry(minors)).map(|parts| parts.len());
    assert_eq!(split(&[Some(6_700), Some(6_700)]), Some(2));
    assert_eq!(split(&[Some(13_800), Some(-400)]), Some(2));
    assert_eq!(split(&[Some(13_400)]), None);
    assert_eq!(split(&[Some(6_700), Some(6_600)]), None);
    assert_eq!(split(&[Some(13_400), None]), None);
}
