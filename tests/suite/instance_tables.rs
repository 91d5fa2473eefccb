//! The built-in instance table, tables on top of it, and finding a type.

use podroom::instance::{BUILTIN, Hypervisor, InstanceType, Tables};

/// A type of a table, which must be there.
pub fn of<'a>(tables: &'a Tables, name: &str) -> &'a InstanceType {
    tables.get(name).unwrap_or_else(|| panic!("{name} is not in the table"))
}

fn names(types: Vec<&InstanceType>) -> Vec<&str> {
    types.into_iter().map(|t| t.name.as_str()).collect()
}

#[test]
fn the_builtin_table_has_1438_types_sorted_by_name_and_no_mac_host() {
    let tables = Tables::builtin();
    assert_eq!(tables.iter().count(), 1_438);
    assert!(tables.iter().is_sorted_by(|a, b| a.name < b.name));
    assert!(tables.iter().all(|t| !t.arch.iter().any(|arch| arch.ends_with("_mac"))));
}

/// The lines that are read one by one mean what the whole file means to whoever reads it as a table.
#[test]
fn the_builtin_file_is_an_ordinary_table() {
    let mut whole = Tables::default();
    assert_eq!(whole.add(BUILTIN, "aws-ec2.toml"), Ok(1_438));
    assert!(whole.iter().eq(Tables::builtin().iter()));
}

#[test]
fn max_pods_by_formula_are_the_published_ones_on_all_1382_types_that_have_them() {
    let tables = Tables::builtin();
    let mut compared = 0;
    let published = include_str!("../data/published-max-pods.csv").lines();
    for line in published.filter(|line| !line.starts_with('#')).skip(1) {
        let (name, max_pods) = line.split_once(',').expect("two columns");
        let known = of(&tables, name);
        assert_eq!((known.enis * (known.ipv4_per_eni - 1) + 2).to_string(), max_pods, "{name}");
        compared += 1;
    }
    assert_eq!(compared, 1_382);
}

#[test]
fn facts_of_a_dozen_types() {
    use Hypervisor::{Nitro, None as Metal, Unknown, Xen};
    type Row = (
        &'static str,
        [u32; 2],
        Hypervisor,
        Option<u32>,
        Option<(u32, u64)>,
        &'static [&'static str],
        Option<f64>,
    );
    const X86: &[&str] = &["x86_64"];
    const ARM: &[&str] = &["arm64"];
    let rows: [Row; 16] = [
        ("m5.8xlarge", [8, 30], Nitro, Some(54), Some((32, 131_072)), X86, Some(1.536)),
        ("t3.small", [3, 4], Nitro, Some(0), Some((2, 2_048)), X86, Some(0.0208)),
        // 64 ENIs on 32 cards, 2 on the default one
        ("p5.48xlarge", [2, 50], Nitro, Some(120), Some((192, 2_097_152)), X86, Some(55.04)),
        ("c6in.32xlarge", [8, 50], Nitro, Some(106), Some((128, 262_144)), X86, Some(7.2576)),
        ("hpc6id.32xlarge", [1, 50], Nitro, None, Some((64, 1_048_576)), X86, None),
        ("c9g.medium", [2, 20], Nitro, Some(4), Some((1, 2_048)), ARM, Some(0.04347)),
        ("i7ie.48xlarge", [15, 50], Nitro, Some(107), Some((192, 1_572_864)), X86, Some(24.9504)),
        ("m4.large", [2, 10], Xen, Some(0), Some((2, 8_192)), X86, Some(0.1)),
        ("c1.medium", [2, 6], Xen, Some(0), Some((2, 1_740)), &["i386", "x86_64"], Some(0.13)),
        ("t2.micro", [2, 2], Xen, Some(0), Some((1, 1_024)), &["i386", "x86_64"], Some(0.0116)),
        ("cr1.8xlarge", [8, 30], Unknown, None, None, &[], Some(3.5)),
        ("r9g.large", [3, 20], Nitro, None, Some((2, 16_384)), ARM, None),
        ("c7g.metal", [15, 50], Metal, Some(107), Some((64, 131_072)), ARM, Some(2.32)),
        ("bmn-sf1.metal", [15, 50], Metal, None, None, &[], None),
        ("c7g-flex.large", [3, 10], Nitro, Some(3), None, &[], None),
        ("u7i-12tb.224xlarge", [15, 50], Nitro, Some(107), Some((896, 12_582_912)), X86, Some(125.58182)),
    ];
    let tables = Tables::builtin();
    for (name, [enis, ipv4_per_eni], hypervisor, branch_enis, size, arch, usd_per_hour) in rows {
        let known = of(&tables, name);
        assert_eq!((known.enis, known.ipv4_per_eni), (enis, ipv4_per_eni), "{name}");
        assert_eq!((known.hypervisor, known.branch_enis), (hypervisor, branch_enis), "{name}");
        assert_eq!(known.vcpus.zip(known.memory_mib), size, "{name}");
        assert_eq!(
            (&known.arch[..], known.usd_per_hour),
            (&arch.iter().map(|a| a.to_string()).collect::<Vec<_>>()[..], usd_per_hour),
            "{name}"
        );
    }
}

#[test]
fn counts_over_the_whole_table() {
    let tables = Tables::builtin();
    let count = |what: &dyn Fn(&&InstanceType) -> bool| tables.iter().filter(what).count();
    assert_eq!(count(&|t| t.hypervisor == Hypervisor::Xen), 80);
    assert_eq!(count(&|t| t.hypervisor == Hypervisor::None), 154);
    assert_eq!(count(&|t| t.hypervisor == Hypervisor::Unknown), 2);
    assert_eq!(count(&|t| t.branch_enis == Some(0)), 103);
    assert_eq!(count(&|t| t.branch_enis.is_none()), 46);
    assert_eq!(count(&|t| t.vcpus.is_none()), 40);
    assert_eq!(count(&|t| t.memory_mib.is_none()), 40);
    assert_eq!(count(&|t| t.arch.is_empty()), 40);
    assert_eq!(count(&|t| t.usd_per_hour.is_none()), 84);
    assert_eq!(count(&|t| t.enis == 2), 77);
}

#[test]
fn rows_on_which_the_sources_disagree_say_so() {
    let tables = Tables::builtin();
    let noted = tables.iter().filter(|t| t.note.is_some()).map(|t| t.name.as_str());
    assert_eq!(
        noted.collect::<Vec<_>>(),
        ["i4i.large", "i7ie.48xlarge", "i7ie.metal-48xl", "i8ge.48xlarge", "i8ge.metal-48xl"]
    );
    let note = of(&tables, "i7ie.48xlarge").note.clone().unwrap_or_default();
    assert!(note.contains("two cards (8 + 7)"), "{note}");
}

#[test]
fn a_table_on_top_changes_only_what_it_states() {
    let mut tables = Tables::builtin();
    let text = "m5.large = { usd_per_hour = 0.08, note = \"our price\" }\nx99.2xlarge = { enis = 4, ipv4_per_eni = 15 }\n";
    assert_eq!(tables.add(text, "own.toml"), Ok(2));
    let builtin = Tables::builtin();
    let expected = InstanceType {
        usd_per_hour: Some(0.08),
        note: Some("our price".to_string()),
        ..of(&builtin, "m5.large").clone()
    };
    assert_eq!(of(&tables, "m5.large"), &expected);
    let new = of(&tables, "x99.2xlarge");
    assert_eq!((new.enis, new.ipv4_per_eni, new.vcpus, new.hypervisor), (4, 15, None, Hypervisor::Unknown));
    assert_eq!(tables.iter().count(), 1_439);
    assert!(tables.iter().is_sorted_by(|a, b| a.name < b.name));

    // and a third one on top of both
    assert_eq!(tables.add("m5.large.branch_enis = 7", "third.toml"), Ok(1));
    assert_eq!(of(&tables, "m5.large"), &InstanceType { branch_enis: Some(7), note: None, ..expected });
}

#[test]
fn a_note_goes_with_the_limits_it_was_written_for() {
    let note = |text: &str| {
        let mut tables = Tables::builtin();
        tables.add(text, "own.toml").expect("a valid table");
        of(&tables, "i7ie.48xlarge").note.clone()
    };
    assert!(note("i7ie.48xlarge = { enis = 15, vcpus = 190 }").is_some());
    assert_eq!(note("i7ie.48xlarge = { enis = 8 }"), None);
    assert_eq!(note("i7ie.48xlarge = { enis = 8, note = \"measured\" }").as_deref(), Some("measured"));
    assert_eq!(note("i7ie.48xlarge = { note = \"\" }"), None);
}

#[test]
fn search_finds_the_best_first() {
    let tables = Tables::builtin();
    let first = |query: &str| names(tables.search(query)).first().map(|name| name.to_string());
    for (query, best) in [
        ("m5 8x", "m5.8xlarge"),
        ("8x m5", "m5.8xlarge"),
        ("m58x", "m5.8xlarge"),
        ("m5.large", "m5.large"),
        ("M5.LARGE", "m5.large"),
        ("t3sm", "t3.small"),
        ("c6in 32", "c6in.32xlarge"),
        ("c7g metal", "c7g.metal"),
        ("i7ie met", "i7ie.metal-24xl"),
        ("p5.48", "p5.48xlarge"),
    ] {
        assert_eq!(first(query).as_deref(), Some(best), "{query}");
    }
    assert_eq!(first("nosuchtype"), None);
}

#[test]
fn search_lists_a_family_in_the_order_of_sizes() {
    let tables = Tables::builtin();
    let m5 = [
        "m5.large",
        "m5.xlarge",
        "m5.2xlarge",
        "m5.4xlarge",
        "m5.8xlarge",
        "m5.12xlarge",
        "m5.16xlarge",
        "m5.24xlarge",
        "m5.metal",
    ];
    assert_eq!(names(tables.search("m5."))[..m5.len()], m5);
    for empty in ["", "  "] {
        let all = names(tables.search(empty));
        assert_eq!(all.len(), 1_438);
        assert_eq!(all[..3], ["a1.medium", "a1.large", "a1.xlarge"]);
        let at = all.iter().position(|name| *name == "m5.large").expect("m5.large");
        assert_eq!(all[at..at + m5.len()], m5);
    }
}

#[test]
fn the_nearest_name_is_offered_if_it_is_near() {
    let tables = Tables::builtin();
    for (name, near) in [
        ("m5.8xlage", Some("m5.8xlarge")),
        ("m5.8xl", Some("m5.8xlarge")),
        ("M5.LARGE", Some("m5.large")),
        ("m5-large", Some("m5.large")),
        ("m5large", Some("m5.large")),
        ("t4.micro", Some("t4g.micro")),
        ("c6in.32large", Some("c6in.32xlarge")),
        ("standard-4", None),
        ("my-own-box", None),
        ("", None),
    ] {
        assert_eq!(tables.nearest(name), near, "{name}");
    }
    assert_eq!(tables.nearest(&"m5.large".repeat(1_000_000)), None);
    assert_eq!(Tables::default().nearest("m5.large"), None);
}
