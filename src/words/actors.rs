//! Who did something, as people say it.

use crate::words::Language;

/// Who did something, by what the history has (`operator:ana`).
pub fn actor(language: Language, text: &str) -> String {
    let (kind, name) = text.split_once(':').unwrap_or((text, ""));
    match kind {
        "operator" => name.to_owned(),
        "automation" => format!("{} {name}", language.choose("the program", "programul")),
        "gateway" => language.choose("the gateway", "sistemul").to_owned(),
        "office" => language.choose("the office", "serviciul").to_owned(),
        "bureau" => language.choose("the bureau", "C.N.I.N.").to_owned(),
        "channel" => language
            .choose("the payment channel", "canalul de plată")
            .to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::OfficeId;
    use crate::domain::operator::Actor;

    #[test]
    fn people_are_called_by_their_names_and_everybody_else_by_what_they_are() {
        for (who, told) in [
            (Actor::Operator("ana".to_owned()), "ana"),
            (Actor::Gateway("batcher"), "sistemul"),
            (Actor::Office(OfficeId(Uuid::nil())), "serviciul"),
            (Actor::Bureau, "C.N.I.N."),
            (Actor::Channel, "canalul de plată"),
            (Actor::Automation("x".to_owned()), "programul x"),
        ] {
            assert_eq!(actor(Language::Romanian, &who.to_string()), told);
            assert!(actor(Language::English, &who.to_string()).is_ascii());
        }
        assert_eq!(actor(Language::English, "<b>"), "<b>");
    }
}
