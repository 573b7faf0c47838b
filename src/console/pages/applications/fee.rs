//! How an application's fee was decided: the rule in words, the facts that it was applied to, and what is
//! paid.

use chrono::NaiveDate;

use crate::flow::read_fee::facts_of;
use crate::store::applications::Application;
use crate::words::{Language, count, date, lei, noun};

/// Something that is so, with its page where it has one.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) path: String,
}

/// How the fee was decided, and what is paid of it.
pub(super) fn fee_facts(
    application: &Application,
    language: Language,
) -> anyhow::Result<Vec<Fact>> {
    let fact = |ro, en, text: String| Fact {
        name: language.choose(en, ro),
        text,
        path: String::new(),
    };
    let mut facts = vec![
        fact("De plată", "Owed", lei(language, application.fee_due)),
        fact("Plătit", "Paid", lei(language, application.fee_paid)),
        fact(
            "Referința de plată",
            "Payment reference",
            application.payment_reference.clone(),
        ),
        fact(
            "Regula taxei",
            "Rule of the fee",
            rule_in_words(&application.fee_rule, language),
        ),
    ];
    for (name, value) in facts_of(application)? {
        if let Some((ro, en)) = fact_name(&name) {
            facts.push(fact(ro, en, fact_value(&value, language)));
        }
    }
    Ok(facts)
}

fn fact_name(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "age" => ("Vârsta la înregistrare", "Age at registration"),
        "earlier_card" => ("Carte electronică anterioară", "Earlier electronic card"),
        "free_first_card_until" => ("Prima carte gratuită până la", "First card free until"),
        "remake" => ("Refacere din vina", "Remade by the fault of"),
        _ => return None,
    })
}

fn fact_value(value: &str, language: Language) -> String {
    if let Ok(day) = value.parse::<NaiveDate>() {
        return date(language, day);
    }
    if let Ok(years) = value.parse::<i64>() {
        return count(language, years, noun::YEAR);
    }
    match value {
        "NONE" => language.choose("none", "niciuna").to_owned(),
        "PILOT" => language.choose("of the pilot", "din faza pilot").to_owned(),
        "ISSUED" => language.choose("issued", "emisă").to_owned(),
        "BUREAU_FAULT" => language.choose("the bureau", "C.N.I.N.").to_owned(),
        "OFFICE_ERROR" => language.choose("the office", "serviciului").to_owned(),
        other => other.to_owned(),
    }
}

fn rule_in_words(rule: &str, language: Language) -> String {
    let told = match rule {
        "F1" => Some((
            "tarif 67 lei, până la 31.07.2025",
            "67 lei, until 31.07.2025",
        )),
        "F2" => Some(("tarif 70 lei, din 01.08.2025", "70 lei, from 01.08.2025")),
        "X1" => Some((
            "prima carte, de la 14 ani: gratuită",
            "first card, from 14: free",
        )),
        "X2" => Some((
            "împlinește 14 ani în 30 de zile: gratuită",
            "turns 14 within 30 days: free",
        )),
        "X4" => Some((
            "refăcută din vina altcuiva: gratuită",
            "made again by the fault of others: free",
        )),
        _ => None,
    };
    match told {
        Some((ro, en)) => format!("{rule}: {}", language.choose(en, ro)),
        None => rule.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_words_and_an_unknown_one_by_its_name() {
        assert!(rule_in_words("X1", Language::Romanian).starts_with("X1: prima carte"));
        assert_eq!(rule_in_words("Z9", Language::English), "Z9");
    }
}
