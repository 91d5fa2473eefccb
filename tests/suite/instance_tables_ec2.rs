//! JSON of `aws ec2 describe-instance-types` as an instance table. Documents written here follow the shapes
//! of the EC2 API; their numbers are made up unless a type is named as it is.

use podroom::instance::{Hypervisor, InstanceType, Tables};

use super::instance_tables::of;

/// The tables with a document of these elements on top.
fn with(tables: Tables, items: &str) -> Tables {
    let mut tables = tables;
    let text = format!("{{\"InstanceTypes\": [{items}]}}");
    if let Err(problems) = tables.add(&text, "types.json") {
        panic!("{problems:#?}");
    }
    tables
}

/// One type on an empty table.
fn read(item: &str) -> InstanceType {
    let tables = with(Tables::default(), item);
    tables.iter().next().expect("one type").clone()
}

/// The published example of the AWS CLI's documentation (aws/aws-cli, Apache-2.0): an old shape without
/// cards.
#[test]
fn the_published_sample_is_read() {
    let text = include_str!("../data/describe-instance-types.aws-cli-example1.json");
    let mut alone = Tables::default();
    assert_eq!(alone.add(text, "sample.json"), Ok(1));
    let expected = InstanceType {
        name: "t2.micro".to_string(),
        vcpus: Some(1),
        memory_mib: Some(1_024),
        arch: vec!["i386".to_string(), "x86_64".to_string()],
        hypervisor: Hypervisor::Xen,
        enis: 2,
        ipv4_per_eni: 2,
        branch_enis: None,
        usd_per_hour: None,
        note: None,
    };
    assert_eq!(of(&alone, "t2.micro"), &expected);

    // the API says nothing of branch ENIs and prices: they stay
    let mut tables = Tables::builtin();
    assert_eq!(tables.add(text, "sample.json"), Ok(1));
    let merged = InstanceType { branch_enis: Some(0), usd_per_hour: Some(0.0116), ..expected };
    assert_eq!(of(&tables, "t2.micro"), &merged);
    assert_eq!(tables.iter().count(), 1_438);
}

#[test]
fn the_default_card_is_found_by_its_index() {
    let card = |default: &str| {
        read(&format!(
            r#"{{"InstanceType": "z9n.32xlarge", "NetworkInfo": {{
                "MaximumNetworkInterfaces": 15, "MaximumNetworkCards": 2, {default}
                "NetworkCards": [
                    {{"NetworkCardIndex": 1, "MaximumNetworkInterfaces": 7}},
                    {{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 8}}],
                "Ipv4AddressesPerInterface": 50, "Ipv4AddressesPerSecondaryInterface": 0}}}}"#
        ))
        .enis
    };
    assert_eq!(card(""), 8);
    assert_eq!(card(r#""DefaultNetworkCardIndex": 0,"#), 8);
    assert_eq!(card(r#""DefaultNetworkCardIndex": 1,"#), 7);
}

#[test]
fn a_lone_card_without_numbers_has_the_total() {
    for cards in ["", r#""NetworkCards": [],"#, r#""NetworkCards": null,"#, r#""NetworkCards": [{}],"#] {
        let row = read(&format!(
            r#"{{"InstanceType": "z9.large", "NetworkInfo": {{{cards}
                "MaximumNetworkInterfaces": 3, "Ipv4AddressesPerInterface": 10}}}}"#
        ));
        assert_eq!((row.enis, row.ipv4_per_eni), (3, 10), "{cards}");
        assert_eq!((row.vcpus, row.memory_mib, row.arch.len()), (None, None, 0));
    }
}

#[test]
fn the_hypervisor_is_bare_metal_only_if_the_document_says_so() {
    let network = r#""NetworkInfo": {"MaximumNetworkInterfaces": 3, "Ipv4AddressesPerInterface": 10}"#;
    for (keys, hypervisor) in [
        (r#""BareMetal": false, "Hypervisor": "nitro","#, Hypervisor::Nitro),
        (r#""Hypervisor": "xen","#, Hypervisor::Xen),
        (r#""BareMetal": true,"#, Hypervisor::None),
        (r#""BareMetal": true, "Hypervisor": null,"#, Hypervisor::None),
        (r#""BareMetal": false,"#, Hypervisor::Unknown),
        (r#""Hypervisor": "one-to-come","#, Hypervisor::Unknown),
        ("", Hypervisor::Unknown),
    ] {
        let row = read(&format!(r#"{{"InstanceType": "z9.metal", {keys} {network}}}"#));
        assert_eq!(row.hypervisor, hypervisor, "{keys}");
    }
    // what the document does not state stays
    let tables = with(
        Tables::builtin(),
        r#"{"InstanceType": "m4.large"}, {"InstanceType": "c5.metal", "BareMetal": true}"#,
    );
    assert_eq!(of(&tables, "m4.large"), of(&Tables::builtin(), "m4.large"));
    assert_eq!(of(&tables, "c5.metal"), of(&Tables::builtin(), "c5.metal"));
}

#[test]
fn a_newer_document_wins_and_takes_the_outdated_note_away() {
    let tables = with(
        Tables::builtin(),
        r#"{"InstanceType": "i7ie.48xlarge", "Hypervisor": "nitro", "BareMetal": false,
            "VCpuInfo": {"DefaultVCpus": 192}, "MemoryInfo": {"SizeInMiB": 1572864},
            "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
            "NetworkInfo": {"MaximumNetworkInterfaces": 15, "MaximumNetworkCards": 2, "DefaultNetworkCardIndex": 0,
                "NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 8},
                                 {"NetworkCardIndex": 1, "MaximumNetworkInterfaces": 7}],
                "Ipv4AddressesPerInterface": 50}}"#,
    );
    let builtin = Tables::builtin();
    let expected = InstanceType { enis: 8, note: None, ..of(&builtin, "i7ie.48xlarge").clone() };
    assert_eq!(of(&tables, "i7ie.48xlarge"), &expected);
}

#[test]
fn mac_hosts_are_left_out() {
    let network = r#""NetworkInfo": {"MaximumNetworkInterfaces": 8, "Ipv4AddressesPerInterface": 30}"#;
    let mac = r#""ProcessorInfo": {"SupportedArchitectures": ["arm64_mac"]}"#;
    let tables = with(
        Tables::default(),
        &format!(
            r#"{{"InstanceType": "mac2.metal", {mac}, {network}}}, {{"InstanceType": "z9.large", {network}}}"#
        ),
    );
    assert_eq!(tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["z9.large"]);
}

#[test]
fn a_byte_order_mark_and_blank_lines_before_the_document_do_no_harm() {
    let text = include_str!("../data/describe-instance-types.aws-cli-example1.json");
    assert_eq!(Tables::default().add(&format!("\u{feff}\n\n{text}"), "t.json"), Ok(1));
}
