use super::*;
use crate::bureau::fixtures::{at, noon, spoil, spoil_beyond_schema};
use crate::bureau::shipment::ShippedCard;
use crate::bureau::trial::Trial;

const TRIAL: Trial<ShipmentNotice> = Trial {
    schema: "shipment-notice-1.xsd",
    write: |signer, document| {
        Ok(write_shipment_notice(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_shipment_notice(bytes, policy),
};

fn shipment(parcel: &str, cards: &[u32]) -> Shipment {
    let card = |number: &u32| ShippedCard {
        application_number: format!("CEI-A-{number}"),
        document_number: format!("CJ{number:07}"),
    };
    Shipment {
        consignment: "AWB-2026/118".to_owned(),
        parcel: parcel.to_owned(),
        office_code: "CJ-TURDA".to_owned(),
        cards: cards.iter().map(card).collect(),
    }
}

fn notice() -> ShipmentNotice {
    ShipmentNotice {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        shipments: vec![shipment("1/2", &[2, 3]), shipment("2/2", &[4])],
    }
}

#[test]
fn notices_are_read_as_they_were_written() {
    TRIAL.assert_understood(&[notice()]);
}

#[test]
fn every_element_of_a_notice_matters() {
    TRIAL.assert_every_element_matters(&notice(), &[]);
}

#[test]
fn a_notice_that_contradicts_itself_is_not_signed() {
    TRIAL.assert_not_signed(
        &notice(),
        &[
            ("ELEMENT_MISSING", |notice| notice.shipments.clear()),
            ("VALUE_FORBIDDEN", |notice| {
                notice.shipments[0].cards.clear();
            }),
            ("ELEMENTS_DISAGREE", |notice| {
                notice.shipments[1].parcel = "1/2".to_owned();
            }),
            ("CARD_REPEATED", |notice| {
                notice.shipments[1].cards[0].document_number = "CJ0000003".to_owned();
            }),
            ("APPLICATION_REPEATED", |notice| {
                notice.shipments[1].cards[0].application_number = "CEI-A-3".to_owned();
            }),
        ],
    );
}

#[test]
fn a_spoiled_notice_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &notice(),
        &[
            spoil("<Parcel>1/2<", "<Parcel>2/2<", "ELEMENTS_DISAGREE"),
            spoil(
                "<DocumentNumber>CJ0000002<",
                "<DocumentNumber>CJ0000003<",
                "CARD_REPEATED",
            ),
            spoil_beyond_schema("<CardCount>2<", "<CardCount>1<", "TOTALS_DISAGREE"),
            spoil_beyond_schema("<CardCount>3<", "<CardCount>2<", "TOTALS_DISAGREE"),
            spoil_beyond_schema("<ShipmentCount>2<", "<ShipmentCount>3<", "TOTALS_DISAGREE"),
        ],
    );
}

#[test]
fn a_notice_tells_what_an_acknowledgement_with_its_parcels_tells() {
    let told = Acknowledgement::from(notice());

    assert_eq!(told.message_id, notice().message_id);
    assert_eq!(told.shipments, notice().shipments);
    assert_eq!(told.entries, Vec::new());
}
