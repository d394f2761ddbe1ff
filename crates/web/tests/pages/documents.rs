use crate::city::at;
use crate::resident::{CASE, LEAF, ROOT, title};
use casework::given::Valid;
use pack::Title;
use pack::model::Definitions;
use web::page::{document, receipt};

pub fn proof(download: String) -> receipt::Proof {
    receipt::Proof {
        entry: 104_217,
        size: 104_512,
        leaf: LEAF.into(),
        root: ROOT.into(),
        origin: "demo.city/record".into(),
        address: format!("https://demo.city/verify?entry=104217#{LEAF}"),
        download,
    }
}

/// The case that gave another later.
const LATER: &str = "LH20260301-0007";

/// A document to its holder; one that stands no more; one in whose place another stands; one that is closed to an official.
pub fn views(definitions: &Definitions) -> [document::View; 4] {
    let path = format!("/cases/{CASE}/documents/booklet");
    let field = |id: &str, typed: Option<&str>| {
        let field = definitions.procedures["birth-registration"].form.field(id).expect("it is asked");
        let (title, kind) = (field.title.clone(), field.kind.clone());
        document::Shown { title, kind, typed: typed.map(str::to_owned) }
    };
    let told = document::Told {
        holder: Some("王小莲".into()),
        valid: Valid::Until(jiff::civil::date(2036, 2, 9)),
        over: false,
        shows: vec![field("sex", Some("female")), field("born", None)],
        corrected: true,
        purpose: None,
    };
    let issued = document::View {
        title: Title::new("居民户口簿（电子版）", "Household register booklet (electronic)"),
        number: format!("credential.booklet:{CASE}"),
        case: CASE.into(),
        service: title(definitions),
        office: definitions.offices["lake"].title.clone(),
        at: at("2026-02-09T10:00"),
        delivered: Some(Some(at("2026-02-10T09:00"))),
        revoked: None,
        replaced: None,
        told: Some(told.clone()),
        purposes: vec![],
        of_party: true,
        bare: false,
        proof: proof(format!("{path}/receipt.tlog-proof")),
        path,
    };
    let over = document::Told { over: true, corrected: false, ..told };
    let revoked = document::View {
        revoked: Some(at("2026-02-11T09:00")),
        delivered: Some(None),
        told: Some(over),
        ..issued.clone()
    };
    let later = (format!("credential.booklet:{LATER}"), format!("/cases/{LATER}/documents/booklet"));
    let replaced = document::View {
        replaced: Some(document::Replaced { at: at("2026-03-02T09:00"), by: Some(later) }),
        ..issued.clone()
    };
    let purposes =
        definitions.purposes.iter().map(|(id, title)| (id.clone(), title.clone())).collect::<Vec<_>>();
    let closed = document::View { told: None, purposes, ..issued.clone() };
    [issued, revoked, replaced, closed]
}
