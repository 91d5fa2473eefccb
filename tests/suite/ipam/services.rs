//! Cases of service ranges.

use podroom::ipam::services::{
    Services, api_server, dynamic_band, first_to_last, static_band, static_range, usable,
};
use serde_json::{Map, Value, json};

use super::{Facts, net, only, text};

pub fn facts(inputs: &Map<String, Value>, _: &Map<String, Value>) -> Facts {
    only(inputs, &["service_cidr"]);
    let cidr = net(text(inputs, "service_cidr"));
    let range = first_to_last(cidr).unwrap();
    let last = Services::new(cidr).unwrap().allocate(cidr.broadcast());
    let band = static_range(cidr).map(|band| format!("{}..{}", band.first, band.last));
    [
        ("usable".into(), json!(usable(cidr) as u64)),
        ("static_band_size".into(), json!(static_band(cidr) as u64)),
        ("dynamic_band_size".into(), json!(dynamic_band(cidr) as u64)),
        ("static_band".into(), json!(band)),
        ("first_ip".into(), json!(range.first)),
        ("kubernetes_api_service_ip".into(), json!(api_server(cidr))),
        ("last_address".into(), json!(if last.is_ok() { "usable" } else { "excluded" })),
    ]
    .into()
}
